package io.dure.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.dure.sim.SimDisk;
import io.dure.sim.SimRng;
import org.junit.jupiter.api.Test;

/** Who may write when little room is left. */
class DiskRoomTest {
  private static final long RESERVE = 1_000;

  private final SimDisk disk = new SimDisk(new SimRng(1));

  private DiskRoom withLeft(long bytes) {
    disk.capacity(bytes);
    return new DiskRoom(disk, RESERVE);
  }

  @Test
  void recordsAreRefusedBelowTheReserveAndCopiesBelowHalfOfIt() {
    DiskRoom roomy = withLeft(1_000);
    assertThat(roomy.takesRecords(0)).isTrue();
    assertThat(roomy.takesRecords(1)).as("it would go below").isFalse();

    DiskRoom low = withLeft(999);
    assertThat(low.isLow()).isTrue();
    assertThat(low.takesRecords(0)).isFalse();
    assertThat(low.takesCopies(400)).isTrue();
    assertThat(low.takesCopies(500)).as("it would go below").isFalse();

    assertThat(withLeft(499).takesCopies(0)).isFalse();
  }

  @Test
  void theyGoOnWithAQuarterMoreThanWhereTheyEnded() {
    DiskRoom room = withLeft(400);

    disk.capacity(620);
    room.look();
    assertThat(room.takesCopies(0)).isFalse();
    disk.capacity(640);
    room.look();
    assertThat(room.takesCopies(0)).isTrue();

    disk.capacity(1_240);
    room.look();
    assertThat(room.takesRecords(0)).isFalse();
    disk.capacity(1_260);
    room.look();
    assertThat(room.takesRecords(0)).isTrue();
    assertThat(room.isLow()).isFalse();
  }

  @Test
  void whatIsWrittenCountsBeforeTheDiskIsAskedAgain() {
    DiskRoom room = withLeft(1_030);

    room.wrote(20);

    assertThat(room.takesRecords(10)).isTrue();
    assertThat(room.takesRecords(11)).isFalse();
  }

  @Test
  void whoeverRefusesForWantOfRoomSaysSoUntilThereIsRoom() {
    DiskRoom room = withLeft(1_030);

    assertThat(room.takesRecords(40)).isFalse();
    assertThat(room.isLow()).isTrue();
    room.look();
    assertThat(room.isLow()).isTrue();

    disk.capacity(1_250);
    room.look();
    assertThat(room.isLow()).isFalse();
  }

  @Test
  void theDiskIsAskedAgainWhenMuchWasWritten() {
    DiskRoom room = withLeft(2_000);
    disk.capacity(900);

    room.wrote(70);

    assertThat(room.isLow()).isTrue();
  }

  @Test
  void withoutAWishTheReserveIsATwentiethAndAtMostAGibibyte() {
    disk.capacity(64 << 20);
    DiskRoom small = new DiskRoom(disk, -1);
    assertThat(small.takesRecords((64 << 20) - (64 << 20) / 20)).isTrue();
    assertThat(small.takesRecords((64 << 20) - (64 << 20) / 20 + 1)).isFalse();

    disk.capacity(1L << 40);
    DiskRoom large = new DiskRoom(disk, -1);
    assertThat(large.takesRecords((1L << 40) - (1L << 30))).isTrue();
    assertThat(large.takesRecords((1L << 40) - (1L << 30) + 1)).isFalse();
  }
}
