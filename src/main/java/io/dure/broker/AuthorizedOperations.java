package io.dure.broker;

import java.util.List;

/**
 * The bit fields that tell a client what it may do (KIP-430). Without an authorizer that is
 * everything which exists for the kind of resource; each bit is the code of Kafka's {@code
 * AclOperation}.
 */
final class AuthorizedOperations {
  /** CREATE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE, ALTER, DESCRIBE. */
  static final int CLUSTER = bits(List.of(5, 9, 10, 11, 12, 7, 8));

  /** READ, WRITE, CREATE, DESCRIBE, DELETE, ALTER, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
  static final int TOPIC = bits(List.of(3, 4, 5, 8, 6, 7, 10, 11));

  /** READ, DESCRIBE, DELETE, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
  static final int GROUP = bits(List.of(3, 8, 6, 10, 11));

  /** The client did not ask. */
  static final int OMITTED = Integer.MIN_VALUE;

  private AuthorizedOperations() {}

  private static int bits(List<Integer> codes) {
    return codes.stream().mapToInt(code -> 1 << code).reduce(0, (a, b) -> a | b);
  }
}
