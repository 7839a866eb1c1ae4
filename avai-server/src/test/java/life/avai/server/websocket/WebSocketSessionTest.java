package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import life.avai.domain.conversation.LiveThreads;
import life.avai.domain.identity.Caller;
import life.avai.domain.message.ContentRules;
import life.avai.server.wire.ClientCodec;
import life.avai.server.wire.RequestTag;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The deadlines of a connection, which is asked about them at whatever time a test likes. */
class WebSocketSessionTest {
  private static final Duration AUTH = Duration.ofSeconds(10);
  private static final Duration HEARTBEAT = Duration.ofMinutes(1);
  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final Duration SLOW = Duration.ofSeconds(30);
  private static final long A_MOMENT = Duration.ofMillis(1).toNanos();

  private final long opened = System.nanoTime();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ClientSocket socket = new ClientSocket(channel, EdgeEvents.NONE);
  private final WebSocketSession session =
      new WebSocketSession(
          UUID.randomUUID(),
          socket,
          InetAddress.getLoopbackAddress(),
          services(),
          new SessionRegistry(1),
          new EdgeLimits(1_000, ContentRules.DEFAULTS, AUTH, IDLE, HEARTBEAT, SLOW, 1, 1),
          new ClientCodec(ContentRules.DEFAULTS),
          "test",
          authenticated -> {},
          opened);

  WebSocketSessionTest() {
    channel.pipeline().addLast(new ClientConnection(socket, session, 1_000));
  }

  /** Nothing is asked of the domain. */
  private static Services services() {
    return new Services(
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        new LiveThreads(),
        null,
        null,
        null,
        EdgeEvents.NONE,
        InstantSource.system());
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void authenticate() {
    Caller somebody = new Caller.Anonymous(Fixtures.userId(), UUID.randomUUID());
    assertThat(session.authenticated(somebody, null, null, null, RequestTag.NONE)).isTrue();
  }

  /** What is sent when it is asked after so much time. */
  private List<Object> after(long from, Duration time, long more) {
    session.checkDeadlines(from + time.toNanos() + more);
    channel.runPendingTasks();
    List<Object> told = new ArrayList<>();
    Object next;
    while ((next = channel.readOutbound()) != null) {
      if (next instanceof CloseWebSocketFrame close) {
        told.add(close.statusCode());
      } else if (next instanceof PingWebSocketFrame) {
        told.add("ping");
      }
      ReferenceCountUtil.release(next);
    }
    return told;
  }

  @Test
  void whoSaysNotWhoTheyAre_isSentAway() {
    assertThat(after(opened, AUTH, 0)).isEmpty();
    assertThat(after(opened, AUTH, A_MOMENT)).containsExactly(4408);
  }

  @Test
  void whoHasSaidIt_stays() {
    authenticate();
    assertThat(after(opened, AUTH, A_MOMENT)).isEmpty();
  }

  @Test
  void lookingAtAnIdleConnection_makesNoGarbage() {
    authenticate();
    var allocation = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeThat(allocation.isThreadAllocatedMemorySupported()).isTrue();
    int looks = 100_000;
    long before = allocation.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < looks; i++) {
      session.checkDeadlines(opened);
    }
    // What the JVM itself takes now and then is far less than the smallest object for each look.
    assertThat((allocation.getCurrentThreadAllocatedBytes() - before) / looks).isZero();
  }

  @Test
  void whoTakesNothing_isSentAway() {
    authenticate();
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10, 20));
    long before = System.nanoTime();
    channel.write(Unpooled.wrappedBuffer(new byte[100]));
    channel.runPendingTasks();
    long since = System.nanoTime();
    assertThat(socket.isWritable()).isFalse();

    session.checkDeadlines(before + SLOW.toNanos());
    assertThat(socket.isOpen()).isTrue();
    assertThat(after(since, SLOW, A_MOMENT)).containsExactly(4008);
  }

  @Test
  void whoTakesItInTime_stays() {
    authenticate();
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(10, 20));
    channel.write(Unpooled.wrappedBuffer(new byte[100]));
    channel.flush();
    channel.runPendingTasks();
    assertThat(after(System.nanoTime(), SLOW, A_MOMENT)).isEmpty();
  }

  @Test
  void whoIsSilent_isPinged_andLeftAfterTwoPingsWithoutAnAnswer() {
    authenticate();
    assertThat(after(opened, HEARTBEAT, 0)).isEmpty();
    assertThat(after(opened, HEARTBEAT, A_MOMENT)).containsExactly("ping");
    assertThat(after(opened, HEARTBEAT, 2 * A_MOMENT)).as("not again at once").isEmpty();
    assertThat(after(opened, HEARTBEAT.multipliedBy(2), 2 * A_MOMENT)).containsExactly("ping");
    assertThat(after(opened, HEARTBEAT.multipliedBy(3), A_MOMENT)).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void whoSendsNothing_isSentAwayInTheEnd() {
    authenticate();
    assertThat(after(opened, IDLE, A_MOMENT)).containsExactly(1000);
  }
}
