package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Without a list: pages of the same host, and of this machine. */
class OriginPolicyTest {
  private final OriginPolicy policy = new OriginPolicy(Set.of());

  private boolean allows(String origin) {
    return policy.allows(origin, "chat.example:8080");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://chat.example:8080",
        "https://CHAT.example:8080",
        "http://localhost",
        "https://localhost:3000",
        "http://127.0.0.1:8080",
        "http://[::1]:8080"
      })
  void sameHostAndThisMachine_areAllowed(String origin) {
    assertThat(allows(origin)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil@localhost",
        "http://localhost@evil.example",
        "http://:@localhost",
        "http://localhost/",
        "http://localhost/path",
        "http://localhost?query",
        "http://localhost#fragment",
        "http://chat.example:8080/",
        "http://evil@chat.example:8080",
        "http:localhost",
        "//localhost",
        "ftp://localhost",
        "file:///localhost",
        "http://localhost.evil.example",
        "http://chat.example",
        "null",
        ""
      })
  void whatIsNoOriginOrAnothers_isRefused(String origin) {
    assertThat(allows(origin)).isFalse();
  }
}
