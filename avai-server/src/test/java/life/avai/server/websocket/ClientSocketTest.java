package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import life.avai.domain.thread.ThreadId;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClientSocketTest {
  private final ThreadId thread = Fixtures.threadId();
  private final ServerFrame frame = ServerFrames.unsubscribed(thread);
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ClientSocket socket = new ClientSocket(channel, EdgeEvents.NONE);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private List<Class<?>> sent() {
    channel.runPendingTasks();
    List<Class<?>> kinds = new ArrayList<>();
    WebSocketFrame next;
    while ((next = channel.readOutbound()) != null) {
      kinds.add(next.getClass());
      next.release();
    }
    return kinds;
  }

  @Test
  void whatWasSentBeforeTheEnd_standsBeforeTheGoodbye() {
    socket.send(frame);
    socket.close(CloseCode.RESTART);
    socket.send(frame);

    assertThat(sent())
        .containsExactly(
            TextWebSocketFrame.class, TextWebSocketFrame.class, CloseWebSocketFrame.class);
  }

  @Test
  void afterTheGoodbye_nothingIsSaid() {
    socket.close(CloseCode.RESTART);
    // Both look at the socket before its end, and write after it.
    channel.eventLoop().execute(() -> socket.write(frame));
    socket.ping();
    socket.sendBehindNews(frame, RequestTag.NONE);

    assertThat(sent()).containsExactly(CloseWebSocketFrame.class);
  }
}
