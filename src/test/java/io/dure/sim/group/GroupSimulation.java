package io.dure.sim.group;

import io.dure.base.TopicId;
import io.dure.group.consumer.PartitionSet;
import io.dure.metadata.MetadataRecord;
import io.dure.metadata.TopicImage;
import io.dure.sim.SimRng;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * One group under joins, leaves, deaths, lost messages, a coordinator lost at any point, a
 * compacted log, and topics that come, grow, go and come again; with members of the new protocol,
 * or of both.
 */
public final class GroupSimulation {
  private static final int STEPS = 500;
  private static final int QUIET_MS = 40_000;
  private static final int MOST_MEMBERS = 8;
  private static final List<String> TOPICS = List.of("apples", "bread", "bottles");

  private final SimRng rng;
  private final GroupWorld world;
  private final boolean mixed;
  private final boolean cooperative;
  private final boolean alike;
  private int names;

  private GroupSimulation(long seed) {
    rng = new SimRng(seed);
    mixed = rng.chance(500);
    cooperative = rng.chance(500);
    alike = rng.chance(500);
    world =
        new GroupWorld(rng.split(), new Commits(new SimRng(~seed)), rng.pick(List.of(0, 20, 100)));
  }

  /** Runs seeds until an invariant breaks; empty text if none does. */
  public static String firstViolation(int seeds) {
    for (long seed = 0; seed < seeds; seed++) {
      try {
        run(seed);
      } catch (AssertionError | RuntimeException e) {
        return "seed "
            + seed
            + ": "
            + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      }
    }
    return "";
  }

  public static void run(long seed) {
    new GroupSimulation(seed).run();
  }

  private void run() {
    world.createTopic("apples", 0, 1 + rng.below(12));
    for (int step = 0; step < STEPS; step++) {
      mischief();
      world.pass(rng.between(1, 120));
      world.checkEpochs();
      if (step % 50 == 0) {
        world.checkReplay();
      }
    }
    world.heal();
    if (world.members().isEmpty()) {
      world.add(newMember(Optional.empty()));
    }
    for (int ms = 0; ms < QUIET_MS; ms += 100) {
      world.pass(100);
      world.checkEpochs();
    }
    world.checkReplay();
    checkSettled();
  }

  private void mischief() {
    List<GroupMember> members = List.copyOf(world.members());
    switch (rng.below(40)) {
      case 0, 1, 2 -> {
        if (members.size() < MOST_MEMBERS) {
          world.add(
              mixed && rng.chance(500)
                  ? new OldMember(world, "old" + names++, topics(), cooperative)
                  : newMember(instance(members)));
        }
      }
      case 3, 4 -> {
        if (!members.isEmpty()) {
          GroupMember member = rng.pick(members);
          member.leave();
          world.remove(member);
        }
      }
      case 5 -> {
        if (!members.isEmpty()) {
          world.remove(rng.pick(members));
        }
      }
      case 6 -> {
        if (!members.isEmpty()
            && rng.pick(members) instanceof NewMember m
            && m.instanceId().isPresent()) {
          m.leaveForNow();
          world.remove(m);
        }
      }
      case 7 -> {
        if (!alike && !members.isEmpty() && rng.pick(members) instanceof NewMember m) {
          m.subscribe(topics(), regex());
        }
      }
      case 8, 9 -> changeTopics();
      case 10 -> world.failOver();
      case 11 -> {
        world.compact();
        world.failOver();
      }
      default -> {}
    }
  }

  private NewMember newMember(Optional<String> instance) {
    return new NewMember(
        world,
        "new" + names++,
        instance,
        rng.chance(500) ? Optional.of("rack" + (1 + rng.below(3))) : Optional.empty(),
        topics(),
        regex());
  }

  /** A static name that nobody uses right now. */
  private Optional<String> instance(List<GroupMember> members) {
    String name = "instance" + rng.below(3);
    boolean used =
        members.stream()
            .anyMatch(m -> m instanceof NewMember n && n.instanceId().equals(Optional.of(name)));
    return used || rng.chance(500) ? Optional.empty() : Optional.of(name);
  }

  private Set<String> topics() {
    return alike ? Set.copyOf(TOPICS) : new TreeSet<>(List.of(rng.pick(TOPICS), "apples"));
  }

  private Optional<String> regex() {
    return !alike && rng.chance(300) ? Optional.of("b.*") : Optional.empty();
  }

  private void changeTopics() {
    String name = rng.pick(TOPICS);
    Optional<TopicImage> topic = world.image().topic(name);
    if (topic.isEmpty()) {
      world.createTopic(name, 0, 1 + rng.below(8));
    } else if (rng.chance(300)) {
      world.apply(new MetadataRecord.TopicDeleted(topic.get().id()));
    } else if (topic.get().partitions().size() < 20) {
      int size = topic.get().partitions().size();
      world.createTopic(name, size, size + 1 + rng.below(3));
    }
  }

  /** After some quiet everything that somebody reads has an owner, and the shares are fair. */
  private void checkSettled() {
    PartitionSet owned = PartitionSet.NONE;
    var sizes = new ArrayList<Integer>();
    boolean onlyNew = true;
    for (GroupMember member : world.members()) {
      owned = owned.plus(member.owned());
      sizes.add(member.owned().size());
      onlyNew &= member instanceof NewMember;
    }
    String state = world.described().toString();
    if (onlyNew) {
      world.check(world.described().state().equals("Stable"), "not settled: " + state);
    }
    if (alike) {
      PartitionSet all = world.partitionsOf(List.of(Set.copyOf(TOPICS)));
      world.check(owned.equals(all), "not all is read: " + owned + " of " + all + "\n" + state);
    } else {
      for (TopicId topic : world.partitionsOf(List.of(Set.of("apples"))).topics()) {
        world.check(
            owned.partitionsOf(topic).size()
                == world.image().topic(topic).orElseThrow().partitions().size(),
            "not all apples are read: " + owned + "\n" + state);
      }
    }
    if (onlyNew && alike) {
      int most = sizes.stream().mapToInt(i -> i).max().orElse(0);
      int least = sizes.stream().mapToInt(i -> i).min().orElse(0);
      world.check(most - least <= 1, "unfair: " + sizes + "\n" + state);
    }
  }
}
