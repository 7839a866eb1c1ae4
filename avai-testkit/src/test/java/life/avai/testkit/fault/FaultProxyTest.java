package life.avai.testkit.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultProxyTest {
  private ServerSocket server;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    proxy = FaultProxy.to(server.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    server.close();
  }

  /** Both ends of one connection through the proxy. */
  private record Line(Socket near, Socket far) implements AutoCloseable {
    void say(String text) throws IOException {
      near.getOutputStream().write(text.getBytes(US_ASCII));
    }

    void answer(String text) throws IOException {
      far.getOutputStream().write(text.getBytes(US_ASCII));
    }

    /** What the server reads. */
    String heard(int length) throws IOException {
      return new String(far.getInputStream().readNBytes(length), US_ASCII);
    }

    /** What the client reads. */
    String answered(int length) throws IOException {
      return new String(near.getInputStream().readNBytes(length), US_ASCII);
    }

    @Override
    public void close() throws IOException {
      near.close();
      far.close();
    }
  }

  private Line dial() throws IOException {
    Socket near = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    return new Line(near, server.accept());
  }

  private static void assertReset(Socket socket) {
    assertThatThrownBy(
            () -> {
              int ignored = socket.getInputStream().read();
              // An end in order is no reset.
              throw new AssertionError("read " + ignored);
            })
        .isInstanceOf(SocketException.class);
  }

  @Test
  void bytes_passBothWays_andAreCounted() throws IOException {
    try (Line line = dial()) {
      line.say("hello");
      assertThat(line.heard(5)).isEqualTo("hello");
      line.answer("good day");
      assertThat(line.answered(8)).isEqualTo("good day");
      proxy.awaitPassed(Direction.BACK, 8);
      assertThat(proxy.passed(Direction.FORTH)).isEqualTo(5);
      assertThat(proxy.connections()).isEqualTo(1);
    }
  }

  @Test
  void oneSideThatHasSaidAll_isStillAnswered() throws IOException {
    try (Line line = dial()) {
      line.say("a question");
      line.near().shutdownOutput();
      assertThat(new String(line.far().getInputStream().readAllBytes(), US_ASCII))
          .isEqualTo("a question");
      line.answer("an answer");
      line.far().close();
      assertThat(new String(line.near().getInputStream().readAllBytes(), US_ASCII))
          .isEqualTo("an answer");
    }
  }

  @Test
  void whatIsHeld_comesWhenTheProxyPassesAgain_andTheOtherWayIsOpen() throws IOException {
    try (Line line = dial()) {
      proxy.hold(Direction.BACK);
      line.answer("late");
      proxy.awaitHeld(Direction.BACK);
      line.say("early");
      assertThat(line.heard(5)).isEqualTo("early");
      line.near().setSoTimeout(50);
      assertThatThrownBy(() -> line.answered(1)).isInstanceOf(SocketTimeoutException.class);
      line.near().setSoTimeout(0);

      proxy.pass();
      assertThat(line.answered(4)).isEqualTo("late");
    }
  }

  @Test
  void delay_letsBytesWait_andKeepsTheirOrder() throws IOException {
    try (Line line = dial()) {
      proxy.delay(Duration.ofMillis(100));
      long begin = System.nanoTime();
      line.say("one ");
      line.say("two");
      assertThat(line.heard(7)).isEqualTo("one two");
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isGreaterThanOrEqualTo(Duration.ofMillis(100));
    }
  }

  @Test
  void halfOpen_takesBytesAndNothingArrives_andItIsResetWhenTheProxyPassesAgain()
      throws IOException {
    try (Line line = dial()) {
      proxy.swallow();
      line.say("anybody there?");
      line.far().setSoTimeout(50);
      assertThatThrownBy(() -> line.heard(1)).isInstanceOf(SocketTimeoutException.class);
      try (Line another = dial()) {
        another.say("you, then?");
        another.near().setSoTimeout(50);
        assertThatThrownBy(() -> another.answered(1)).isInstanceOf(SocketTimeoutException.class);
        another.near().setSoTimeout(0);

        proxy.pass();
        assertReset(another.near());
      }
      line.far().setSoTimeout(0);
      assertReset(line.near());
      assertReset(line.far());
    }
    try (Line fresh = dial()) {
      fresh.say("hello");
      assertThat(fresh.heard(5)).isEqualTo("hello");
    }
  }

  @Test
  void resetAfterSomeBytes_happensInTheMiddleOfWhatIsSent_once() throws IOException {
    try (Line line = dial()) {
      proxy.resetAfter(Direction.FORTH, 6);
      line.say("frame");
      assertThat(line.heard(5)).isEqualTo("frame");
      line.say("frame");
      proxy.awaitReset();
      assertThat(line.heard(1)).isEqualTo("f");
      assertReset(line.far());
      assertReset(line.near());
    }
    try (Line fresh = dial()) {
      fresh.say("whole frame");
      assertThat(fresh.heard(11)).isEqualTo("whole frame");
    }
  }

  @Test
  void cut_isAnEndInOrder_andResetIsNot() throws IOException {
    try (Line line = dial()) {
      line.say("x");
      assertThat(line.heard(1)).isEqualTo("x");
      proxy.cut();
      assertThat(line.near().getInputStream().read()).isEqualTo(-1);
      assertThat(line.far().getInputStream().read()).isEqualTo(-1);
    }
    try (Line line = dial()) {
      line.say("x");
      assertThat(line.heard(1)).isEqualTo("x");
      proxy.reset();
      assertReset(line.near());
      assertReset(line.far());
    }
  }

  @Test
  void refusedConnections_areAcceptedWhenTheProxyPassesAgain() throws IOException {
    proxy.refuse();
    assertThatThrownBy(this::dial).isInstanceOf(IOException.class);
    proxy.pass();
    try (Line line = dial()) {
      line.say("back");
      assertThat(line.heard(4)).isEqualTo("back");
    }
  }

  @Test
  void target_mayMove() throws IOException {
    try (ServerSocket moved = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      proxy.target(new InetSocketAddress(InetAddress.getLoopbackAddress(), moved.getLocalPort()));
      try (Socket near = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
          Socket far = moved.accept()) {
        near.getOutputStream().write('x');
        assertThat(far.getInputStream().read()).isEqualTo('x');
      }
    }
  }

  @Test
  void dialler_isToldWhenNobodyIsBehindTheProxy() throws IOException {
    server.close();
    try (Socket near = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      assertReset(near);
    }
  }
}
