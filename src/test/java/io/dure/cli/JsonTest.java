package io.dure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void nestedValuesKeepTheirKinds() {
    assertThat(
            Json.write(Map.of("list", List.of(1, 2L, true, "a", Optional.empty(), Optional.of(7)))))
        .isEqualTo("{\"list\":[1,2,true,\"a\",null,7]}");
  }

  @Test
  void whatWouldBreakAStringIsEscaped() {
    assertThat(Json.write("a\"b\\c\nd\te\u0001한")).isEqualTo("\"a\\\"b\\\\c\\nd\\te\\u0001한\"");
  }

  @Test
  void nothingInsideIsStillWellFormed() {
    assertThat(Json.write(List.of())).isEqualTo("[]");
    assertThat(Json.write(Map.of())).isEqualTo("{}");
  }
}
