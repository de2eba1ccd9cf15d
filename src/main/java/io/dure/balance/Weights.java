package io.dure.balance;

import io.dure.base.PartitionId;

/** How heavy partitions are, as far as known; 0 where it is not. */
public interface Weights {
  Weights UNKNOWN =
      new Weights() {
        @Override
        public long bytes(PartitionId partition) {
          return 0;
        }

        @Override
        public long bytesPerSecond(PartitionId partition) {
          return 0;
        }
      };

  /** What one copy takes on a disk. */
  long bytes(PartitionId partition);

  /** What its leader takes in. */
  long bytesPerSecond(PartitionId partition);
}
