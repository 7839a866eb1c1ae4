package life.avai.testkit.internal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ListeningPortTest {
  private static final InetAddress HOST = InetAddress.getLoopbackAddress();

  @Test
  void refuse_thenListen_keepsTheNumber() throws Exception {
    try (var port = ListeningPort.open(HOST, 0)) {
      int number = port.number();
      try (var early = new Socket(HOST, number)) {
        port.refuse();
        port.refuse();
        assertThat(port.listener()).isNull();
        assertThatThrownBy(() -> new Socket(HOST, number)).isInstanceOf(ConnectException.class);

        assertThat(port.listen().getLocalPort()).isEqualTo(number);
        assertThat(port.listen()).isSameAs(port.listener());
        new Socket(HOST, number).close();
        assertThat(early.isConnected()).isTrue();
      }
    }
  }

  @Test
  void close_whileSomebodyAccepts_leavesNoListener() throws Exception {
    for (int i = 0; i < 100; i++) {
      var port = ListeningPort.open(HOST, 0);
      var listener = requireNonNull(port.listener());
      var accepting = new CountDownLatch(1);
      Thread accepts =
          Thread.ofVirtual()
              .start(() -> {
                accepting.countDown();
                try {
                  var unused = listener.accept();
                } catch (IOException e) {
                  // Closed.
                }
              });
      accepting.await();

      port.close();

      ListeningPort.open(HOST, port.number()).close();
      accepts.join();
    }
  }

  @Test
  void open_onATakenPort_saysWhere() {
    try (var port = ListeningPort.open(HOST, 0)) {
      assertThatThrownBy(() -> ListeningPort.open(HOST, port.number()))
          .hasMessageContaining(":" + port.number());
    }
  }
}
