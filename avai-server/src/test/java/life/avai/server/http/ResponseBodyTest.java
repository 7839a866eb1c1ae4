package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A body whose reader takes its time. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ResponseBodyTest {
  private static final int PIECE = 32 * 1024;
  private static final int PIECES = 300;

  /** Pieces that the peer has not taken, each to be taken by running it. */
  private final BlockingQueue<Runnable> untaken = new LinkedBlockingQueue<>();

  private final AtomicLong bytes = new AtomicLong();
  private final EmbeddedChannel slow =
      new EmbeddedChannel(
          new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext context, Object piece, ChannelPromise taken) {
              int size = ((HttpContent) piece).content().readableBytes();
              assertThat(size).isLessThanOrEqualTo(PIECE);
              bytes.addAndGet(size);
              ReferenceCountUtil.release(piece);
              untaken.add(taken::setSuccess);
            }
          });

  @AfterEach
  void close() {
    slow.finishAndReleaseAll();
  }

  @Test
  void noMoreThanOnePiece_isEverHeld() throws Exception {
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(() -> {
          try (ResponseBody body = new ResponseBody(slow, Duration.ofMinutes(10))) {
            body.write(new byte[PIECES * PIECE]);
            body.finish();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    // The whole pieces, what is left, which is nothing here, and the end.
    for (int i = 0; i < PIECES + 2; i++) {
      Runnable piece = untaken.poll(1, TimeUnit.MINUTES);
      assertThat(piece).as("piece %d", i).isNotNull();
      assertThat(untaken).as("beside piece %d", i).isEmpty();
      piece.run();
    }
    writing.get(1, TimeUnit.MINUTES);
    assertThat(bytes).hasValue((long) PIECES * PIECE);
  }

  @Test
  void whoTakesNothing_isGivenUp() {
    try (ResponseBody body = new ResponseBody(slow, Duration.ofMillis(50))) {
      assertThatThrownBy(() -> body.write(new byte[PIECE]))
          .isInstanceOf(IOException.class)
          .hasMessage("the peer takes nothing");
    }
  }

  @Test
  void whoIsGone_isNotWaitedFor() {
    EmbeddedChannel gone = new EmbeddedChannel();
    gone.close();
    try (ResponseBody body = new ResponseBody(gone, Duration.ofMinutes(10))) {
      assertThatThrownBy(() -> body.write(new byte[PIECE]))
          .isInstanceOf(IOException.class)
          .hasMessage("the peer is gone");
    }
  }
}
