package life.avai.server.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import life.avai.canister.wire.CanisterCodec;
import life.avai.canister.wire.CanisterFrame;
import life.avai.domain.conversation.SaveOutcome.Receipt;
import life.avai.domain.message.ContentRules;
import life.avai.domain.message.MessageId;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.server.wire.ClientCodec;
import life.avai.server.wire.FrameEncoder;
import life.avai.server.wire.InvalidFrameException;
import life.avai.server.wire.RequestTag;
import life.avai.server.wire.ServerFrames;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a frame costs to read or to write. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WireBenchmark {
  private static final String WORDS =
      "What does this query do when the id is a quote? ".repeat(5).strip();

  private final ClientCodec clientCodec = new ClientCodec(ContentRules.DEFAULTS);
  private final CanisterCodec canisterCodec = new CanisterCodec(1 << 20);
  private final String send =
      "{\"type\":\"send_message\",\"thread_id\":\""
          + UUID.randomUUID()
          + "\",\"client_message_id\":\""
          + UUID.randomUUID()
          + "\",\"content\":\""
          + WORDS
          + "\",\"id\":17}";
  private final String canisterDelta =
      "{\"type\":\"response_delta\",\"request_id\":\""
          + UUID.randomUUID()
          + "\",\"sequence\":3,\"delta\":\"It ends the literal and what follows is \"}";
  private final ThreadId thread = new ThreadId(UUID.randomUUID());
  private final Receipt receipt =
      new Receipt(
          new MessageId(UUID.randomUUID()),
          thread,
          new RequestId(UUID.randomUUID()),
          17,
          Instant.ofEpochMilli(1_700_000_000_123L));
  private final ReplyStream stream =
      new ReplyStream(new RequestId(UUID.randomUUID()), new MessageId(UUID.randomUUID()), 1);
  private final ReplyStream.Piece piece =
      new ReplyStream.Piece(1, 120, "It ends the literal and what follows is ");

  @Benchmark
  public Object readSendMessage() throws InvalidFrameException {
    return clientCodec.read(send);
  }

  @Benchmark
  public int writeMessageSent() {
    return written(
        FrameEncoder.encode(
            ByteBufAllocator.DEFAULT,
            ServerFrames.messageSent(receipt, null, false),
            RequestTag.NONE));
  }

  @Benchmark
  public int writeDelta() {
    return written(
        FrameEncoder.encode(
            ByteBufAllocator.DEFAULT, ServerFrames.delta(thread, stream, piece), RequestTag.NONE));
  }

  private static int written(ByteBuf frame) {
    int bytes = frame.readableBytes();
    frame.release();
    return bytes;
  }

  @Benchmark
  public CanisterFrame readCanisterDelta() {
    return canisterCodec.read(canisterDelta);
  }
}
