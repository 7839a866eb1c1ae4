package life.avai.testkit.websocket;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a WebSocket connection, which does what it is told and no more.
 *
 * <p>Nothing is read from the network but by the {@code receive} and {@code await} methods, so a
 * test that stops calling them is a slow reader. Those methods answer pings and a close frame by
 * themselves unless told not to. Every send is one write to the socket, and TCP_NODELAY is on.
 *
 * <p>Sending is safe for many threads at once; receiving is for one at a time. Both block.
 */
public final class RawWebSocket implements AutoCloseable {
  private final Socket socket;
  private final FrameReader reader;
  private final boolean client;
  private final UpgradeRequest handshake;
  private final ReentrantLock sending = new ReentrantLock();
  private volatile BooleanSupplier answersPings = () -> true;
  private volatile boolean answersClose = true;
  private volatile boolean closeSent;

  RawWebSocket(Socket socket, FrameReader reader, boolean client, UpgradeRequest handshake) {
    this.socket = socket;
    this.reader = reader;
    this.client = client;
    this.handshake = handshake;
  }

  /**
   * What the client asked for when it opened the connection.
   *
   * @return path and headers of the upgrade request
   */
  public UpgradeRequest handshake() {
    return handshake;
  }

  /**
   * Sends a frame, masked if this is the client's end.
   *
   * @param frame the frame
   * @throws IOException if the connection is gone
   */
  public void send(Frame frame) throws IOException {
    closeSent |= frame.opcode() == Frame.CLOSE;
    sendBytes(
        client ? frame.toMaskedBytes(ThreadLocalRandom.current().nextInt()) : frame.toBytes());
  }

  /**
   * Sends a text message in one frame.
   *
   * @param text the text
   * @throws IOException if the connection is gone
   */
  public void sendText(String text) throws IOException {
    send(Frame.text(text));
  }

  /**
   * Sends bytes as they are: half a frame, a frame with the wrong mask, several at once.
   *
   * @param bytes what goes to the socket, in one write
   * @throws IOException if the connection is gone
   */
  public void sendBytes(byte[] bytes) throws IOException {
    sending.lock();
    try {
      socket.getOutputStream().write(bytes);
    } finally {
      sending.unlock();
    }
  }

  /**
   * Whether {@code receive} answers pings; it does at first.
   *
   * @param answers false to leave pings without a pong
   */
  public void answerPings(boolean answers) {
    answersPings = () -> answers;
  }

  /**
   * Asks anew for every ping whether {@code receive} answers it.
   *
   * @param answers gives false to leave a ping without a pong
   */
  public void answerPings(BooleanSupplier answers) {
    answersPings = answers;
  }

  /**
   * Whether {@code receive} answers a close frame with the same; it does at first.
   *
   * @param answers false to leave the peer waiting
   */
  public void answerClose(boolean answers) {
    answersClose = answers;
  }

  /**
   * Waits for the next frame, of whatever kind, without a limit.
   *
   * @return the frame
   * @throws EOFException if the peer ended the TCP connection
   * @throws IOException if the connection is gone, or the peer sends what cannot be a frame
   */
  public Frame receive() throws IOException {
    return receive((Long) null);
  }

  /**
   * Waits for the next frame, of whatever kind.
   *
   * @param timeout the longest wait
   * @return the frame
   * @throws SocketTimeoutException if none came in time; the next call goes on where this one was
   * @throws EOFException if the peer ended the TCP connection
   * @throws IOException if the connection is gone, or the peer sends what cannot be a frame
   */
  public Frame receive(Duration timeout) throws IOException {
    return receive(System.nanoTime() + timeout.toNanos());
  }

  /**
   * Waits for the next text or binary message, its fragments joined, or for the close frame; pings
   * and pongs are passed over. No limit in time.
   *
   * @return a text or binary frame with the whole message, or the close frame
   * @throws EOFException if the peer ended the TCP connection
   * @throws IOException if the connection is gone, or the peer sends what cannot be a frame
   */
  public Frame receiveMessage() throws IOException {
    return receiveMessage((Long) null);
  }

  /**
   * Waits for the next text message.
   *
   * @param timeout the longest wait
   * @return the text
   * @throws SocketTimeoutException if none came in time
   * @throws EOFException if the peer ended the TCP connection
   * @throws IOException if the connection is gone, or something else came: a binary message, a
   *     close frame
   */
  public String receiveText(Duration timeout) throws IOException {
    Frame message = receiveMessage(System.nanoTime() + timeout.toNanos());
    return switch (message.opcode()) {
      case Frame.TEXT -> message.text();
      case Frame.CLOSE -> throw new IOException("no text but " + CloseStatus.of(message));
      default -> throw new IOException("no text but " + message);
    };
  }

  /**
   * Reads to the end of the connection, passing over whatever comes before it.
   *
   * @param timeout the longest wait
   * @return what the close frame said, or {@link CloseStatus#ABNORMAL}
   * @throws SocketTimeoutException if the connection did not end in time
   * @throws IOException if the peer sends what cannot be a frame
   */
  public CloseStatus awaitClose(Duration timeout) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      Frame frame = receive(deadline);
      while (frame.opcode() != Frame.CLOSE) {
        frame = receive(deadline);
      }
      return CloseStatus.of(frame);
    } catch (EOFException | SocketException e) {
      return CloseStatus.ABNORMAL;
    }
  }

  /**
   * Sends a close frame with code 1000 unless one was sent, and ends the TCP connection without
   * waiting for an answer. Does nothing more when called again.
   */
  @Override
  public void close() {
    try {
      if (!closeSent && !socket.isClosed() && !sending.isLocked()) { // locked: a send is stuck
        send(Frame.close(1000, ""));
      }
    } catch (IOException e) {
      // The peer was faster: closed is what we want.
    } finally {
      cut();
    }
  }

  /** Ends the TCP connection with no close frame, as if the program had died. */
  public void cut() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }

  /** Resets the TCP connection: the peer gets an error, and loses what it had not read. */
  public void reset() {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      // It is closed already.
    }
    cut();
  }

  /**
   * Whether this end is still open.
   *
   * @return false after {@code close}, {@code cut} or {@code reset}; the peer's leaving shows only
   *     when receiving
   */
  public boolean isOpen() {
    return !socket.isClosed();
  }

  private Frame receive(@Nullable Long deadline) throws IOException {
    Frame frame = reader.frame(deadline);
    if (frame.opcode() == Frame.PING && answersPings.getAsBoolean()) {
      send(Frame.pong(frame.payload()));
    } else if (frame.opcode() == Frame.CLOSE && answersClose && !closeSent) {
      send(Frame.of(Frame.CLOSE, frame.payload()));
    }
    return frame;
  }

  private Frame receiveMessage(@Nullable Long deadline) throws IOException {
    int opcode = Frame.CONTINUATION;
    var whole = new ByteArrayOutputStream(0);
    while (true) {
      Frame frame = receive(deadline);
      if (frame.opcode() == Frame.CLOSE) {
        return frame;
      }
      if (frame.opcode() == Frame.TEXT || frame.opcode() == Frame.BINARY) {
        if (frame.isLast()) {
          return frame;
        }
        opcode = frame.opcode();
        whole.reset();
      }
      if (frame.opcode() < Frame.CLOSE) {
        whole.writeBytes(frame.payload());
        if (frame.isLast()) {
          return new Frame(true, 0, opcode, frame.wasMasked(), whole.toByteArray());
        }
      }
    }
  }
}
