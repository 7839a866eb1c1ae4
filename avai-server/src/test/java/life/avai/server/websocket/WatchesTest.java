package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.LiveThreads;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.server.wire.ServerFrames;
import life.avai.testkit.fixture.Fixtures;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchesTest {
  private static final String TEXT = "0123456789".repeat(4_000);

  private final ThreadId thread = Fixtures.threadId();
  private final RequestId turn = Fixtures.requestId();
  private final ReplyStream stream = new ReplyStream(turn, Fixtures.messageId(), 1);
  private final LiveThreads events = new LiveThreads();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ClientSocket socket = new ClientSocket(channel, EdgeEvents.NONE);
  private final Watches watches = new Watches(socket, events);
  private final List<JsonObject> sent = new ArrayList<>();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private TurnAnswered answered() {
    return new TurnAnswered(
        thread,
        turn,
        1,
        new AssistantMessage(
            stream.messageId(),
            thread,
            2,
            Fixtures.messageId(),
            TEXT,
            ContentType.MARKDOWN,
            null,
            null,
            null,
            null,
            null,
            FinishReason.COMPLETE,
            null,
            Fixtures.NOON));
  }

  private void watch() {
    var subscription = watches.open(thread);
    var unused =
        watches.begin(
            new ThreadWatch(
                subscription,
                UUID.randomUUID(),
                () -> true,
                0,
                subscription.runningAtStart(),
                0,
                0,
                false,
                null));
  }

  private void takeWhatWasSent() {
    channel.runPendingTasks();
    TextWebSocketFrame frame;
    while ((frame = channel.readOutbound()) != null) {
      sent.add(Json.parseObject(frame.text()));
      frame.release();
    }
  }

  @Test
  void anOutcomeThatIsAskedForInMidStream_comesAfterTheTextAndOnce() {
    // A peer that takes one piece at a time.
    channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 1_000));
    watch();
    events.publish(new ReplyStarted(thread, stream));
    stream.append(TEXT);
    takeWhatWasSent();
    assertThat(sent).extracting(frame -> frame.string("type")).containsOnly("ai_response_delta");
    assertThat(sent).hasSizeLessThan(3);

    watches.tellOutcome(answered(), ServerFrames.aiResponse(answered()));
    takeWhatWasSent();
    events.publish(answered());
    for (int i = 0; i < 5; i++) {
      socket.writeAll();
      takeWhatWasSent();
    }

    StringBuilder text = new StringBuilder();
    for (JsonObject frame : sent.subList(0, sent.size() - 1)) {
      assertThat(frame.string("type")).isEqualTo("ai_response_delta");
      assertThat(frame.integer("offset")).isEqualTo(text.length());
      text.append(frame.string("delta"));
    }
    assertThat(text.toString()).isEqualTo(TEXT);
    assertThat(sent.getLast().string("type")).isEqualTo("ai_response");
  }

  @Test
  void anOutcomeOfATurnThatIsNotBeingWritten_isToldAtOnce() {
    watch();

    watches.tellOutcome(answered(), ServerFrames.aiResponse(answered()));
    takeWhatWasSent();

    assertThat(sent).extracting(frame -> frame.string("type")).containsExactly("ai_response");
  }

  @Test
  void manyPiecesOfAReplyInOneMoment_areOneWakeUpOneFrameAndOneFlush() {
    AtomicInteger wakeUps = new AtomicInteger();
    AtomicInteger flushes = new AtomicInteger();
    channel
        .pipeline()
        .addLast(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void flush(ChannelHandlerContext context) {
                flushes.incrementAndGet();
                context.flush();
              }
            });
    socket.newsFrom(() -> {
      wakeUps.incrementAndGet();
      return watches.writeNews();
    });
    watch();
    events.publish(new ReplyStarted(thread, stream));
    takeWhatWasSent();
    wakeUps.set(0);
    flushes.set(0);

    for (int i = 0; i < 8; i++) {
      stream.append("a piece ");
    }
    takeWhatWasSent();

    assertThat(wakeUps).hasValue(1);
    assertThat(flushes).hasValue(1);
    assertThat(sent)
        .extracting(frame -> frame.string("delta"))
        .containsExactly("a piece ".repeat(8));
  }
}
