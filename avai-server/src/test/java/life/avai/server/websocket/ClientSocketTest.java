package life.avai.server.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import life.avai.domain.thread.ThreadId;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;
import life.avai.testkit.contract.Eventually;
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
  void whatAPeerSends_isNotLookedAt_afterItBrokeTheRules() {
    ByteBuf before = Unpooled.copiedBuffer("before", US_ASCII);
    channel.writeInbound(before);
    assertThat(channel.<ByteBuf>readInbound()).isSameAs(before);
    before.release();

    socket.fail(CloseCode.POLICY);
    assertThat(sent()).containsExactly(CloseWebSocketFrame.class);
    ByteBuf after = Unpooled.copiedBuffer("after", US_ASCII);
    channel.writeInbound(after);

    assertThat(channel.<ByteBuf>readInbound()).isNull();
    assertThat(after.refCnt()).isZero();
  }

  @Test
  void whoDoesNotTakeWhatWasWritten_isWaitedFor_untilTheyDoOrAreGone() throws Exception {
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10, 20));
    channel.write(Unpooled.wrappedBuffer(new byte[100]));
    assertThat(socket.isWritable()).isFalse();
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    Thread waits = Thread.ofPlatform().start(() -> taken.complete(socket.awaitWritable()));
    awaitState(waits, Thread.State.TIMED_WAITING);
    assertThat(taken).isNotDone();

    channel.flush();
    socket.writabilityChanged();

    assertThat(taken.get(1, TimeUnit.MINUTES)).isTrue();
    channel.write(Unpooled.wrappedBuffer(new byte[100]));
    CompletableFuture<Boolean> gone = new CompletableFuture<>();
    Thread waitsAgain = Thread.ofPlatform().start(() -> gone.complete(socket.awaitWritable()));
    awaitState(waitsAgain, Thread.State.TIMED_WAITING);
    channel.close();
    socket.writabilityChanged();
    assertThat(gone.get(1, TimeUnit.MINUTES)).isFalse();
  }

  private static void awaitState(Thread thread, Thread.State state) {
    var unused = Eventually.found(() -> Optional.of(thread.getState()).filter(now -> now == state));
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
