package life.avai.server.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import life.avai.canister.wire.CanisterCodec;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.TokenEstimator;
import life.avai.domain.conversation.ContextLimits;
import life.avai.domain.conversation.ContextWindow;
import life.avai.domain.conversation.SystemPrompt;
import life.avai.domain.conversation.ThreadContext;
import life.avai.domain.conversation.ThreadContext.Exchange;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.FinishReason;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.RequestId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the context window, the reply stream and the token estimate cost. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConversationBenchmark {
  private static final String QUESTION =
      "What does this query do when the id is a quote? ".repeat(5).strip();
  private static final String REPLY =
      "It ends the literal and what follows is read as SQL. ".repeat(12).strip();
  private static final String DELTA = "It ends the literal and what follows is ";
  private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_123L);

  private final TokenEstimator tokens = TokenEstimator.byCharacterKind();
  private final ContextWindow window =
      new ContextWindow(ContextLimits.DEFAULTS, tokens, SystemPrompt.DEFAULT);
  private final CanisterCodec codec = new CanisterCodec(1 << 20);
  private final ClaimedTurn turn = turn(20);
  private final AssistantRequest request = window.request(turn, 1, NOW, Duration.ofSeconds(600));

  private static ClaimedTurn turn(int exchanges) {
    ThreadId thread = new ThreadId(UUID.randomUUID());
    List<Exchange> earlier = new ArrayList<>();
    for (int i = 0; i < exchanges; i++) {
      UserMessage question = question(thread, 2 * i + 1);
      earlier.add(
          new Exchange(
              question,
              new AssistantMessage(
                  new MessageId(UUID.randomUUID()),
                  thread,
                  2 * i + 2,
                  question.id(),
                  REPLY,
                  ContentType.MARKDOWN,
                  150,
                  "model",
                  0.9,
                  Duration.ofMillis(10),
                  null,
                  FinishReason.COMPLETE,
                  null,
                  NOW)));
    }
    return new ClaimedTurn(
        new RequestId(UUID.randomUUID()),
        1,
        0,
        false,
        new ThreadContext(
            "Measured", null, Tier.ANONYMOUS, earlier, question(thread, 2 * exchanges + 1)));
  }

  private static UserMessage question(ThreadId thread, long position) {
    return new UserMessage(
        new MessageId(UUID.randomUUID()),
        thread,
        position,
        new UserId(UUID.randomUUID()),
        QUESTION,
        ContentType.TEXT,
        60,
        null,
        NOW);
  }

  @Benchmark
  public AssistantRequest contextWindow() {
    return window.request(turn, 1, NOW, Duration.ofSeconds(600));
  }

  @Benchmark
  public int writeProcess() {
    ByteBuf frame = codec.process(ByteBufAllocator.DEFAULT, request, null);
    int bytes = frame.readableBytes();
    frame.release();
    return bytes;
  }

  @Benchmark
  public int estimateTokens() {
    return tokens.estimate(REPLY);
  }

  /** A reply that grows to so many deltas: its cost and garbage divided by them must not grow. */
  @State(Scope.Thread)
  public static class Growing {
    @Param({"8", "512", "4096"})
    int deltas;
  }

  /** One reply, appended to piece by piece and read by one reader as it grows. */
  @Benchmark
  public int replyStream(Growing growing) {
    ReplyStream stream =
        new ReplyStream(new RequestId(new UUID(0, 1)), new MessageId(new UUID(0, 2)), 1);
    int offset = 0;
    for (int i = 0; i < growing.deltas; i++) {
      stream.append(DELTA);
      ReplyStream.Piece piece = stream.read(1, offset, 16 << 10);
      offset = piece == null ? offset : piece.end();
    }
    return offset;
  }
}
