package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long a peer may take, on a clock of the test's own. */
class DeadlinesTest {
  private static final Duration A_MOMENT = Duration.ofMillis(1);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  /** Takes every message. */
  private static final class Messages extends ArrayList<String> implements Receiver {
    private static final long serialVersionUID = 1L;

    @Override
    public void opened() {}

    @Override
    public void sawLife() {}

    @Override
    public void text(String message) {
      add(message);
    }

    @Override
    public void writabilityChanged() {}

    @Override
    public void closed() {}
  }

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ClientSocket socket = new ClientSocket(channel, EdgeEvents.NONE);
  private final Messages messages = new Messages();

  DeadlinesTest() {
    channel.freezeTime();
    channel.pipeline().addLast(new ClientConnection(socket, messages, 1_000));
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void pass(Duration time) {
    channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    channel.runPendingTasks();
  }

  private void fragment(boolean first, boolean last) {
    var content = Unpooled.copiedBuffer(new byte[] {'a'});
    channel.writeInbound(
        first
            ? new TextWebSocketFrame(last, 0, content)
            : new ContinuationWebSocketFrame(last, 0, content));
  }

  private List<Integer> goodbyes() {
    channel.runPendingTasks();
    List<Integer> codes = new ArrayList<>();
    Object next;
    while ((next = channel.readOutbound()) != null) {
      if (next instanceof CloseWebSocketFrame close) {
        codes.add(close.statusCode());
        close.release();
      } else {
        ((PongWebSocketFrame) next).release();
      }
    }
    return codes;
  }

  @Test
  void messageInFragments_hasThirtySeconds_whateverElseComes() {
    fragment(true, false);
    pass(EdgeLimits.MESSAGE_DEADLINE.minus(A_MOMENT));
    fragment(false, false);
    channel.writeInbound(new PingWebSocketFrame());
    assertThat(goodbyes()).isEmpty();

    pass(A_MOMENT);

    assertThat(goodbyes()).containsExactly(CloseCode.POLICY.code());
    fragment(false, true);
    assertThat(messages).isEmpty();
  }

  @Test
  void messageThatIsWhole_leavesNoDeadlineBehind() {
    fragment(true, false);
    pass(EdgeLimits.MESSAGE_DEADLINE.minus(A_MOMENT));
    fragment(false, true);
    pass(EdgeLimits.MESSAGE_DEADLINE);
    assertThat(messages).containsExactly("aa");
    assertThat(goodbyes()).isEmpty();
  }

  @Test
  void peerThatDoesNotAnswerOurGoodbye_isLeftAfterTwoSeconds() {
    socket.close(CloseCode.RESTART);
    assertThat(goodbyes()).containsExactly(CloseCode.RESTART.code());
    pass(CLOSE_PATIENCE.minus(A_MOMENT));
    assertThat(channel.isOpen()).isTrue();

    pass(A_MOMENT);

    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void peerThatAnswersOurGoodbye_isLeftAtOnce() {
    socket.close(CloseCode.RESTART);
    assertThat(goodbyes()).containsExactly(CloseCode.RESTART.code());

    channel.writeInbound(new CloseWebSocketFrame(1012, ""));

    assertThat(channel.isOpen()).isFalse();
  }
}
