package life.avai.testkit.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void parse_everyKindOfValue() {
    var object =
        Json.parseObject(
            """
            {"text":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9", "whole":-12, "part":1.50e2, "yes":true,
             "no":false, "none":null, "list":[1,[],{}], "object":{"a":0}}
            """);

    assertThat(object.string("text")).isEqualTo("a\"\\/\b\f\n\r\té");
    assertThat(object.integer("whole")).isEqualTo(-12);
    assertThat(object.number("part")).isEqualTo(150);
    assertThat(object.bool("yes")).isTrue();
    assertThat(object.isTrue("no")).isFalse();
    assertThat(object.has("none")).isTrue();
    assertThat(object.get("none")).isNull();
    assertThat(object.list("list").toString()).isEqualTo("[1, [], {}]");
    assertThat(object.object("object")).isEqualTo(JsonObject.of("a", 0));
  }

  @Test
  void parse_numbersThatFitNoLongOrDouble_keepsThem() {
    assertThat(Json.parse("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
    assertThat(Json.parse("-9223372036854775808")).isEqualTo(Long.MIN_VALUE);
    assertThat(Json.parse("9223372036854775808")).isEqualTo(new BigInteger("9223372036854775808"));
    assertThat(Json.parse("1e400")).isEqualTo(new BigDecimal("1e400"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "{\"a\":1,\"a\":2}",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "NaN",
        "nul",
        "truex",
        "1 2",
        "{} {}",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u12\"",
        "\"a\nb\"",
        "'a'",
        "[1 2]",
        "\u00a01",
        "\"\\u\uff11234\""
      })
  void parse_whatIsNoJson_isRefused(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(JsonException.class);
  }

  @Test
  void parse_tooDeep_isRefused() {
    assertThat(Json.parse("[".repeat(512) + "]".repeat(512))).isInstanceOf(List.class);
    assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("512");
  }

  @Test
  void loneSurrogates_surviveAsEscapes() {
    String text = "a\ud83d b\ude00 \ud83d\ude00 \u0000";

    String json = Json.write(text);

    assertThat(json).isEqualTo("\"a\\ud83d b\\ude00 \ud83d\ude00 \\u0000\"");
    assertThat(Json.parse(json)).isEqualTo(text);
  }

  @Test
  void of_whatIsReadBack_isEqual() {
    var object =
        JsonObject.of(
            "int",
            1,
            "double",
            0.5,
            "null",
            null,
            "list",
            Arrays.asList(1, null, Map.of("a", 1)),
            "id",
            new UUID(0, 1),
            "time",
            Instant.EPOCH);

    assertThat(Json.parseObject(object.toString())).isEqualTo(object).hasSameHashCodeAs(object);
    assertThat(object.string("time")).isEqualTo("1970-01-01T00:00:00Z");
  }

  @Test
  void write_raw_asItIs() {
    assertThat(JsonObject.of("a", Json.raw("NaN"), "b", List.of(Json.raw("{\"x\":1,\"x\":2}"))))
        .hasToString("{\"a\":NaN,\"b\":[{\"x\":1,\"x\":2}]}");
  }

  @Test
  void write_whatHasNoForm_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Json.write(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> JsonObject.of("a", new Object()));
    assertThatIllegalArgumentException().isThrownBy(() -> JsonObject.of("a"));
  }

  @Test
  void withAndWithout_leaveTheOriginalAlone() {
    var object = JsonObject.of("type", "ping", "id", 1);

    assertThat(object.with("id", 2).with("x", "y"))
        .hasToString("{\"type\":\"ping\",\"id\":2,\"x\":\"y\"}");
    assertThat(object.without("id", "absent")).hasToString("{\"type\":\"ping\"}");
    assertThat(object).hasToString("{\"type\":\"ping\",\"id\":1}");
  }

  @Test
  void accessor_onTheWrongKind_namesTheFieldAndTheObject() {
    var object = JsonObject.of("a", "x", "list", List.of(1));

    assertThatThrownBy(() -> object.integer("a"))
        .isInstanceOf(JsonException.class)
        .hasMessage("field a (expected: Long) in {\"a\":\"x\",\"list\":[1]}");
    assertThatThrownBy(() -> object.string("absent")).isInstanceOf(JsonException.class);
    assertThatThrownBy(() -> object.objects("list")).isInstanceOf(JsonException.class);
    assertThat(object.optionalString("absent")).isNull();
    assertThat(object.type()).isEmpty();
  }
}
