package life.avai.testkit.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP heads and frames from a socket. A read that timed out may be tried again: what had
 * arrived is kept. For one thread at a time.
 */
final class FrameReader {
  private static final int MAX_HEAD_BYTES = 64 * 1024;
  private static final int MAX_FRAME_BYTES = 256 * 1024 * 1024;

  private final Socket socket;
  private byte[] buffer = new byte[4096];
  private int start;
  private int end;

  FrameReader(Socket socket) {
    this.socket = socket;
  }

  /** The next frame; waits until {@code deadline} in {@link System#nanoTime}, for ever if null. */
  Frame frame(@Nullable Long deadline) throws IOException {
    Frame frame = decode();
    while (frame == null) {
      fill(deadline);
      frame = decode();
    }
    return frame;
  }

  /** The bytes of an HTTP head, up to and with its empty line. */
  String head(@Nullable Long deadline) throws IOException {
    for (int at = start; ; fill(deadline)) {
      for (; at + 4 <= end; at++) {
        if (buffer[at] == '\r'
            && buffer[at + 1] == '\n'
            && buffer[at + 2] == '\r'
            && buffer[at + 3] == '\n') {
          String head = new String(buffer, start, at + 4 - start, ISO_8859_1);
          start = at + 4;
          return head;
        }
      }
      if (end - start > MAX_HEAD_BYTES) {
        throw new ProtocolException("HTTP head of more than " + MAX_HEAD_BYTES + " bytes");
      }
      at -= start; // filling moves the bytes to the front
      reserve(end - start + 1);
      at += start;
    }
  }

  /** So many bytes, or as many as there are before the stream ends. */
  byte[] bytes(int count, @Nullable Long deadline) throws IOException {
    reserve(count);
    try {
      while (end - start < count) {
        fill(deadline);
      }
    } catch (EOFException e) {
      count = end - start;
    }
    start += count;
    return Arrays.copyOfRange(buffer, start - count, start);
  }

  private @Nullable Frame decode() throws IOException {
    int available = end - start;
    if (available < 2) {
      return null;
    }
    int second = buffer[start + 1] & 0xff;
    int shortLength = second & 0x7f;
    int lengthBytes = shortLength < 126 ? 0 : shortLength == 126 ? 2 : 8;
    boolean masked = second >= 0x80;
    int headerBytes = 2 + lengthBytes + (masked ? 4 : 0);
    if (available < headerBytes) {
      return null;
    }
    var header = ByteBuffer.wrap(buffer, start + 2, headerBytes - 2);
    long length =
        switch (lengthBytes) {
          case 0 -> shortLength;
          case 2 -> header.getShort() & 0xffff;
          default -> header.getLong();
        };
    if (length < 0 || length > MAX_FRAME_BYTES) {
      throw new ProtocolException("frame of " + length + " bytes");
    }
    if (available < headerBytes + length) {
      reserve(headerBytes + (int) length);
      return null;
    }
    int key = masked ? header.getInt() : 0;
    int first = buffer[start] & 0xff;
    byte[] payload =
        Arrays.copyOfRange(buffer, start + headerBytes, start + headerBytes + (int) length);
    for (int i = 0; masked && i < payload.length; i++) {
      payload[i] ^= (byte) (key >> (24 - 8 * (i & 3)));
    }
    start += headerBytes + (int) length;
    return new Frame(first >= 0x80, first >> 4 & 7, first & 0xf, masked, payload);
  }

  /** Makes room for so many bytes from {@code start}. */
  private void reserve(int bytes) {
    if (buffer.length - start >= bytes) {
      return;
    }
    byte[] target = bytes > buffer.length ? new byte[Math.max(bytes, 2 * buffer.length)] : buffer;
    System.arraycopy(buffer, start, target, 0, end - start);
    buffer = target;
    end -= start;
    start = 0;
  }

  private void fill(@Nullable Long deadline) throws IOException {
    reserve(end - start + 1);
    int timeout = 0;
    if (deadline != null) {
      long left = (deadline - System.nanoTime() + 999_999) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException("nothing came in time");
      }
      timeout = (int) Math.min(left, Integer.MAX_VALUE);
    }
    socket.setSoTimeout(timeout);
    int count = socket.getInputStream().read(buffer, end, buffer.length - end);
    if (count < 0) {
      throw new EOFException("the peer ended the connection");
    }
    end += count;
  }
}
