package life.avai.testkit.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * One WebSocket frame (RFC 6455, section 5.2), proper or not: nothing here refuses a reserved
 * opcode, an overlong ping or bad UTF-8, since tests must be able to send them.
 */
public final class Frame {
  /** Opcode of a fragment that goes on with a message. */
  public static final int CONTINUATION = 0x0;

  /** Opcode of a text message. */
  public static final int TEXT = 0x1;

  /** Opcode of a binary message. */
  public static final int BINARY = 0x2;

  /** Opcode of a close frame. */
  public static final int CLOSE = 0x8;

  /** Opcode of a ping. */
  public static final int PING = 0x9;

  /** Opcode of a pong. */
  public static final int PONG = 0xA;

  private final boolean last;
  private final int reservedBits;
  private final int opcode;
  private final boolean masked;
  private final byte[] payload;

  Frame(boolean last, int reservedBits, int opcode, boolean masked, byte[] payload) {
    this.last = last;
    this.reservedBits = reservedBits;
    this.opcode = opcode;
    this.masked = masked;
    this.payload = payload;
  }

  /**
   * A frame of any opcode, the last (or only) one of its message.
   *
   * @param opcode 0 to 15
   * @param payload what it carries
   * @return the frame
   */
  public static Frame of(int opcode, byte[] payload) {
    if (opcode < 0 || opcode > 15) {
      throw new IllegalArgumentException("opcode: " + opcode + " (expected: 0..15)");
    }
    return new Frame(true, 0, opcode, false, payload.clone());
  }

  /**
   * A whole text message.
   *
   * @param text the text; a lone surrogate becomes {@code ?}
   * @return the frame
   */
  public static Frame text(String text) {
    return new Frame(true, 0, TEXT, false, text.getBytes(UTF_8));
  }

  /**
   * A whole binary message.
   *
   * @param payload what it carries
   * @return the frame
   */
  public static Frame binary(byte[] payload) {
    return of(BINARY, payload);
  }

  /**
   * A fragment that goes on with the message begun before, and ends it.
   *
   * @param text the text; a lone surrogate becomes {@code ?}
   * @return the frame
   */
  public static Frame continuation(String text) {
    return of(CONTINUATION, text.getBytes(UTF_8));
  }

  /**
   * A ping.
   *
   * @param payload what the pong must carry back
   * @return the frame
   */
  public static Frame ping(byte[] payload) {
    return of(PING, payload);
  }

  /**
   * A pong.
   *
   * @param payload what the ping carried
   * @return the frame
   */
  public static Frame pong(byte[] payload) {
    return of(PONG, payload);
  }

  /**
   * A close frame.
   *
   * @param code the close code
   * @param reason the reason; at most 123 bytes to be proper
   * @return the frame
   */
  public static Frame close(int code, String reason) {
    byte[] text = reason.getBytes(UTF_8);
    byte[] payload = new byte[2 + text.length];
    ByteBuffer.wrap(payload).putShort((short) code).put(text);
    return of(CLOSE, payload);
  }

  /**
   * This frame as a fragment that others follow.
   *
   * @return a new frame, without the FIN bit
   */
  public Frame notLast() {
    return new Frame(false, reservedBits, opcode, masked, payload);
  }

  /**
   * This frame with reserved bits, which mean an extension that was never agreed on.
   *
   * @param bits 0 to 7: 4 is RSV1, 2 is RSV2, 1 is RSV3
   * @return a new frame
   */
  public Frame withReservedBits(int bits) {
    return new Frame(last, bits & 7, opcode, masked, payload);
  }

  /**
   * Whether this frame ends its message.
   *
   * @return the FIN bit
   */
  public boolean isLast() {
    return last;
  }

  /**
   * What the frame is.
   *
   * @return 0 to 15
   */
  public int opcode() {
    return opcode;
  }

  /**
   * The three reserved bits.
   *
   * @return 0 to 7
   */
  public int reservedBits() {
    return reservedBits;
  }

  /**
   * Whether the frame was masked when it was received.
   *
   * @return false for a frame made here
   */
  public boolean wasMasked() {
    return masked;
  }

  /**
   * What the frame carries, unmasked.
   *
   * @return the bytes, to be left as they are
   */
  public byte[] payload() {
    return payload;
  }

  /**
   * What the frame carries, as text.
   *
   * @return the text
   * @throws IllegalArgumentException if the bytes are not UTF-8
   */
  public String text() {
    return decodeUtf8(payload, 0);
  }

  /**
   * The frame as a server sends it.
   *
   * @return header and payload, not masked
   */
  public byte[] toBytes() {
    byte[] bytes = header(0, payload.length);
    System.arraycopy(payload, 0, bytes, bytes.length - payload.length, payload.length);
    return bytes;
  }

  /**
   * The frame as a client sends it.
   *
   * @param key the masking key
   * @return header, key and masked payload
   */
  public byte[] toMaskedBytes(int key) {
    byte[] bytes = header(4, payload.length);
    bytes[1] |= (byte) 0x80;
    int start = bytes.length - payload.length;
    ByteBuffer.wrap(bytes).putInt(start - 4, key);
    for (int i = 0; i < payload.length; i++) {
      bytes[start + i] = (byte) (payload[i] ^ key >> (24 - 8 * (i & 3)));
    }
    return bytes;
  }

  /**
   * Only the header of a frame, as a client sends it: to claim a payload that never comes.
   *
   * @param opcode 0 to 15
   * @param payloadLength the length to claim
   * @return the header with a masking key of zeros
   */
  public static byte[] maskedHeader(int opcode, long payloadLength) {
    byte[] bytes = new byte[14];
    ByteBuffer.wrap(bytes).put((byte) (0x80 | opcode)).put((byte) 0xff).putLong(payloadLength);
    return bytes;
  }

  /** An array for the whole frame with its first bytes set, and {@code gap} bytes for the key. */
  private byte[] header(int gap, int length) {
    int lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    var buffer = ByteBuffer.allocate(2 + lengthBytes + gap + length);
    buffer.put((byte) ((last ? 0x80 : 0) | reservedBits << 4 | opcode));
    switch (lengthBytes) {
      case 0 -> buffer.put((byte) length);
      case 2 -> buffer.put((byte) 126).putShort((short) length);
      default -> buffer.put((byte) 127).putLong(length);
    }
    return buffer.array();
  }

  static String decodeUtf8(byte[] bytes, int from) {
    try {
      return UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, bytes.length - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8", e);
    }
  }

  @Override
  public String toString() {
    return "Frame[opcode=" + opcode + ", last=" + last + ", bytes=" + payload.length + "]";
  }
}
