package io.dure.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.base.TopicId;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that do whatever they like, from a seed: after every step a replayed copy shows the same
 * settled state ({@link Scene} sees to that), every question gets one answer, and in the end
 * nothing is left hanging.
 */
class ReplayTest {
  private final Scene scene = new Scene(GroupSettings.DEFAULTS.withMaxMembers(5));
  private final List<Long> tickets = new ArrayList<>();
  private final Map<String, GroupAnswer.Joined> joined = new HashMap<>();

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aReplayedCopyIsLikeTheOriginalAfterEveryStep(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      step(random);
      collect();
    }
    for (int producer = 0; producer < 3; producer++) {
      scene.end(producer, random.nextBoolean());
    }
    scene.pass(400_000);
    assertThat(tickets).allMatch(t -> !scene.waits(t));
    assertThat(scene.state()).isIn("Empty", "Dead");
  }

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("group.seeds", 40));
  }

  private void collect() {
    for (long ticket : tickets) {
      if (!scene.waits(ticket)
          && scene.answerTo(ticket) instanceof GroupAnswer.Joined j
          && (j.error() == WireError.NONE || j.error() == WireError.MEMBER_ID_REQUIRED)) {
        joined.merge(j.memberId(), j, (a, b) -> a.generation() > b.generation() ? a : b);
      }
    }
    tickets.removeIf(t -> !scene.waits(t));
  }

  private void step(Random random) {
    List<GroupAnswer.Joined> known = new ArrayList<>(joined.values());
    GroupAnswer.Joined one =
        known.isEmpty()
            ? GroupAnswer.Joined.refused(WireError.NONE, "nobody")
            : known.get(random.nextInt(known.size()));
    Optional<String> name =
        random.nextInt(3) == 0 ? Optional.of("static" + random.nextInt(3)) : Optional.empty();
    String[] protocols =
        random.nextInt(4) == 0
            ? new String[] {"sticky", "range"}
            : new String[] {"range", "sticky"};
    switch (random.nextInt(18)) {
      case 0, 1 -> tickets.add(scene.ask(scene.join("", name, protocols)));
      case 2, 3 -> tickets.add(scene.ask(scene.join(one.memberId(), Optional.empty(), protocols)));
      case 4, 5, 6 -> tickets.add(scene.ask(scene.sync(one, assignments(one))));
      case 7 -> scene.heartbeat(one.memberId(), one.generation());
      case 8 ->
          tickets.add(
              scene.ask(
                  scene.commit(
                      one.memberId(),
                      one.generation(),
                      "t" + random.nextInt(3),
                      random.nextInt(4),
                      random.nextInt(100))));
      case 9 -> scene.pass(random.nextInt(400));
      case 10 -> scene.pass(random.nextInt(random.nextInt(10) == 0 ? 12_000 : 1_000));
      case 11 ->
          scene.answer(
              new GroupCommand.Leave(
                  Scene.GROUP,
                  random.nextInt(3) == 0
                      ? List.of(new MemberRef("", Optional.of("static0")))
                      : List.of(MemberRef.dynamic(one.memberId()))));
      case 12 -> {
        if (random.nextInt(6) == 0) {
          scene.answer(new GroupCommand.DeleteGroup(Scene.GROUP));
        }
      }
      case 13 ->
          scene.answer(
              new GroupCommand.DeleteOffsets(
                  Scene.GROUP,
                  List.of(
                      new OffsetKey("t" + random.nextInt(3), TopicId.ZERO, random.nextInt(4)))));
      case 14, 15 -> {
        var ref = MemberRef.dynamic(random.nextBoolean() ? one.memberId() : "");
        scene.answer(
            scene.commitInTransaction(
                random.nextInt(3),
                ref,
                ref.memberId().isEmpty() ? -1 : one.generation(),
                "t" + random.nextInt(3),
                random.nextInt(4),
                random.nextInt(100)));
      }
      case 16 -> scene.end(random.nextInt(3), random.nextInt(3) > 0);
      case 17 -> {
        if (random.nextInt(6) == 0) {
          scene.failOver();
          tickets.clear();
        }
      }
    }
  }

  private static Map<String, String> assignments(GroupAnswer.Joined one) {
    var all = new HashMap<String, String>();
    one.members().forEach(m -> all.put(m.memberId(), m.memberId() + one.generation()));
    return all;
  }
}
