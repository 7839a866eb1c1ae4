package life.avai.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A body that is written while it is sent. Each piece waits until the one before it has left, so no
 * more than one is ever held. Used by one virtual thread.
 */
final class ResponseBody extends OutputStream {
  private static final int PIECE = 32 * 1024;

  private final Channel channel;
  private final Duration patience;
  private ByteBuf piece;

  /**
   * For a response whose head was written.
   *
   * @param patience how long the peer may take nothing at all
   */
  ResponseBody(Channel channel, Duration patience) {
    this.channel = channel;
    this.patience = patience;
    this.piece = channel.alloc().buffer(PIECE);
  }

  @Override
  public void write(int value) throws IOException {
    piece.writeByte(value);
    sendWhenFull();
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int end = offset + length;
    while (from < end) {
      int some = Math.min(end - from, PIECE - piece.readableBytes());
      piece.writeBytes(bytes, from, some);
      from += some;
      sendWhenFull();
    }
  }

  private void sendWhenFull() throws IOException {
    if (piece.readableBytes() >= PIECE) {
      ByteBuf full = piece;
      piece = channel.alloc().buffer(PIECE);
      send(new DefaultHttpContent(full));
    }
  }

  /** The end of the body; without it the peer can tell that it was cut off. */
  void finish() throws IOException {
    ByteBuf rest = piece;
    piece = channel.alloc().buffer(0);
    send(new DefaultHttpContent(rest));
    send(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private void send(HttpContent content) throws IOException {
    // Netty's own future is waited for in a monitor, which on Java 21 holds the carrier thread.
    CompletableFuture<Boolean> sent = new CompletableFuture<>();
    channel.writeAndFlush(content).addListener(done -> sent.complete(done.isSuccess()));
    try {
      if (!sent.get(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("the peer is gone");
      }
    } catch (TimeoutException e) {
      throw new IOException("the peer takes nothing", e);
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    piece.release();
  }
}
