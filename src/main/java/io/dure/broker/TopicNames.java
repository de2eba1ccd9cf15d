package io.dure.broker;

import java.util.Set;

/** Which names a topic may have, by Kafka's rules. */
public final class TopicNames {
  private static final int MAX_LENGTH = 249;
  private static final Set<String> INTERNAL =
      Set.of("__consumer_offsets", "__transaction_state", "__share_group_state");

  private TopicNames() {}

  public static boolean valid(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_LENGTH
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().allMatch(TopicNames::allowed);
  }

  public static boolean internal(String name) {
    return INTERNAL.contains(name);
  }

  private static boolean allowed(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }
}
