package io.dure.acceptance;

import io.dure.acceptance.chain.ChainLook;
import io.dure.acceptance.connect.ConnectLook;
import io.dure.acceptance.hundred.HundredLook;
import io.dure.acceptance.streams.StreamsLook;
import io.dure.acceptance.tools.ToolsLook;
import java.util.List;

/** Every look there is, in the order in which {@code all} takes them. */
final class Looks {
  static final List<Look> ALL =
      List.of(
          new StreamsLook(),
          new ConnectLook(),
          new ToolsLook(),
          new ChainLook(),
          new HundredLook());

  private Looks() {}

  /**
   * @throws IllegalArgumentException for a name that no look has
   */
  static List<Look> named(List<String> names) {
    if (names.equals(List.of("all"))) {
      return ALL;
    }
    return names.stream().map(Looks::named).toList();
  }

  private static Look named(String name) {
    return ALL.stream()
        .filter(look -> look.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no look "
                    + name
                    + "; there are "
                    + ALL.stream().map(Look::name).toList()));
  }
}
