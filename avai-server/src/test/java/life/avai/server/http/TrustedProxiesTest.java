package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import life.avai.server.http.TrustedProxies.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
  private static final TrustedProxies PROXIES =
      new TrustedProxies(
          Stream.of("10.0.0.0/8", "192.0.2.7", "fd00::/8", "127.0.0.1")
              .map(Network::parse)
              .toList());

  private static String client(String peer, String... forwardedFor) throws UnknownHostException {
    return PROXIES.client(InetAddress.getByName(peer), List.of(forwardedFor)).getHostAddress();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // who connects | X-Forwarded-For | who it is
        "198.51.100.1 | 203.0.113.9                          | 198.51.100.1",
        "10.1.2.3     | 203.0.113.9                          | 203.0.113.9",
        "10.1.2.3     | 1.1.1.1, 203.0.113.9                 | 203.0.113.9",
        "10.1.2.3     | 10.9.9.9, 203.0.113.9, 10.4.4.4      | 203.0.113.9",
        "10.1.2.3     | 203.0.113.9, 192.0.2.7 ,10.4.4.4     | 203.0.113.9",
        "10.1.2.3     | 10.4.4.4, 10.5.5.5                   | 10.4.4.4",
        "10.1.2.3     | 203.0.113.9, nonsense                | 10.1.2.3",
        "10.1.2.3     | 203.0.113.9, example.com, 10.4.4.4   | 10.4.4.4",
        "10.1.2.3     | 203.0.113.9,                         | 10.1.2.3",
        "10.1.2.3     | 203.0.113.9:4711                     | 203.0.113.9",
        "10.1.2.3     | [2001:db8::9]:4711                   | 2001:db8:0:0:0:0:0:9",
        "10.1.2.3     | 2001:db8::9                          | 2001:db8:0:0:0:0:0:9",
        "10.1.2.3     | ::ffff:203.0.113.9                   | 203.0.113.9",
        "10.1.2.3     | ::ffff:10.4.4.4                      | 10.4.4.4",
        "10.1.2.3     | 203.0.113.9, ::ffff:10.4.4.4         | 203.0.113.9",
        "fd00::1      | 203.0.113.9                          | 203.0.113.9",
        "fe00::1      | 203.0.113.9                          | fe00:0:0:0:0:0:0:1",
        "10.1.2.3     | 3405803777                           | 10.1.2.3",
        "10.1.2.3     | 0x7f.1                               | 10.1.2.3"
      })
  void client_isTheNearestThatNoProxyOfOursVouchesFor(String peer, String header, String client)
      throws UnknownHostException {
    assertThat(client(peer, header)).isEqualTo(client);
  }

  @Test
  void severalHeaders_areOneList() throws UnknownHostException {
    assertThat(client("10.1.2.3", "1.1.1.1", "203.0.113.9", "10.4.4.4")).isEqualTo("203.0.113.9");
    assertThat(client("10.1.2.3")).isEqualTo("10.1.2.3");
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.9, 203.0.113.9",
    "::ffff:203.0.113.9, 203.0.113.9",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:0:0:0:0",
    "2001:db8:1:2:ffff::1, 2001:db8:1:2:0:0:0:0",
    "::1, 0:0:0:0:0:0:0:1"
  })
  void network_isAnAddressOrTheHalfOfIpv6ThatAHostHasToItself(String address, String network)
      throws UnknownHostException {
    assertThat(TrustedProxies.network(InetAddress.getByName(address)).getHostAddress())
        .isEqualTo(network);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10/8", "::/129"})
  void whatIsNoNetwork_isRefused(String text) {
    assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
