package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Set;
import life.avai.server.CommandOptions.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandOptionsTest {
  private static CommandOptions read(String... arguments) {
    return CommandOptions.read(List.of(arguments), Set.of("--url", "--port"));
  }

  @Test
  void options_haveTheirValues_orTheDefault() {
    CommandOptions options = read("--port", "9", "--url", "wss://example.org/ws");

    assertThat(options.port("--port", 1)).isEqualTo(9);
    assertThat(options.webSocket("--url", "ws://localhost/ws"))
        .isEqualTo(URI.create("wss://example.org/ws"));
    assertThat(read().port("--port", 1)).isEqualTo(1);
    assertThat(read().webSocket("--url", "ws://localhost/ws"))
        .isEqualTo(URI.create("ws://localhost/ws"));
  }

  @Test
  void whatTheCommandDoesNotHave_isNamed() {
    assertThatThrownBy(() -> read("ws://example.org/ws"))
        .isInstanceOf(UsageException.class)
        .hasMessage("ws://example.org/ws: there is no such option");
    assertThatThrownBy(() -> read("--port"))
        .isInstanceOf(UsageException.class)
        .hasMessage("--port: expected a value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "65536", "9e3"})
  void whatIsNoPort_isRefused(String text) {
    assertThatThrownBy(() -> read("--port", text).port("--port", 1))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--port: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "example.org", "http://example.org/", "ws:example.org", "ws://a b/"})
  void whatIsNoWebSocket_isRefused(String text) {
    assertThatThrownBy(() -> read("--url", text).webSocket("--url", "ws://localhost/ws"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--url: ");
  }
}
