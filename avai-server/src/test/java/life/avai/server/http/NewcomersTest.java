package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NewcomersTest {
  private static Channel from(String address) {
    return new EmbeddedChannel() {
      @Override
      public SocketAddress remoteAddress() {
        return new InetSocketAddress(address, 4_711);
      }
    };
  }

  private static Channel arrival(Newcomers newcomers, String address) {
    Channel channel = from(address);
    newcomers.arrived(channel);
    return channel;
  }

  @Test
  void whenThereIsNoRoom_theOldestGoes() {
    Newcomers newcomers = new Newcomers(3, 100, address -> true);
    List<Channel> channels = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      channels.add(arrival(newcomers, "203.0.113." + i));
    }
    assertThat(channels)
        .extracting(Channel::isOpen)
        .containsExactly(false, false, true, true, true);
    assertThat(newcomers.size()).isEqualTo(3);
  }

  @Test
  void oneAddress_pushesOutNobodyButItself() {
    Newcomers newcomers = new Newcomers(100, 2, address -> true);
    Channel other = arrival(newcomers, "203.0.113.1");
    Channel first = arrival(newcomers, "2001:db8::1");
    Channel second = arrival(newcomers, "2001:db8::2");
    Channel third = arrival(newcomers, "2001:db8::3");
    assertThat(List.of(other, first, second, third))
        .extracting(Channel::isOpen)
        .containsExactly(true, false, true, true);
  }

  @Test
  void webSockets_areCountedElsewhereButForThoseOfAll() {
    Newcomers newcomers = new Newcomers(3, 1, address -> true);
    List<Channel> channels = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Channel channel = arrival(newcomers, "203.0.113.1");
      newcomers.upgraded(channel);
      channels.add(channel);
    }
    assertThat(channels).extracting(Channel::isOpen).containsExactly(false, true, true, true);
  }

  @Test
  void addressThatStandsForMany_isNotCounted() {
    Newcomers newcomers = new Newcomers(100, 1, address -> false);
    Channel first = arrival(newcomers, "203.0.113.1");
    Channel second = arrival(newcomers, "203.0.113.1");
    assertThat(List.of(first, second)).allMatch(Channel::isOpen);
  }

  @Test
  void whoIsKnown_orGone_takesNoRoom() {
    Newcomers newcomers = new Newcomers(2, 2, address -> true);
    Channel known = arrival(newcomers, "203.0.113.1");
    newcomers.known(known);
    Channel gone = arrival(newcomers, "203.0.113.1");
    gone.close();
    assertThat(newcomers.size()).isZero();
    Channel third = arrival(newcomers, "203.0.113.1");
    Channel fourth = arrival(newcomers, "203.0.113.1");
    assertThat(List.of(known, third, fourth)).allMatch(Channel::isOpen);
  }
}
