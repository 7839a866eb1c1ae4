package life.avai.server.support;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A canister that does what a test says, over a plain socket, and keeps what it was sent. */
public final class ScriptedCanister implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket listening;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final BlockingQueue<JsonNode> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<JsonNode> cancelled = new LinkedBlockingQueue<>();
  private volatile BiConsumer<JsonNode, Line> script = (frame, line) -> {};

  private ScriptedCanister(ServerSocket listening) {
    this.listening = listening;
    Thread.ofVirtual().start(this::accept);
  }

  /** Starts one on a free port, or on a given one. */
  public static ScriptedCanister start(int port) {
    try {
      return new ScriptedCanister(new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return listening.getLocalPort();
  }

  public String url() {
    return "ws://127.0.0.1:" + port() + "/";
  }

  /** What to do with each {@code process} frame. */
  public void onProcess(BiConsumer<JsonNode, Line> newScript) {
    script = newScript;
  }

  /** Answers everything with a text in pieces. */
  public void answer(String text, int pieceLength) {
    onProcess((frame, line) -> line.stream(frame, text, pieceLength));
  }

  public JsonNode awaitProcess() throws InterruptedException {
    return asked.poll(20, TimeUnit.SECONDS);
  }

  public JsonNode awaitCancel() throws InterruptedException {
    return cancelled.poll(20, TimeUnit.SECONDS);
  }

  public int processCount() {
    return asked.size();
  }

  /** Cuts every connection. */
  public void cut() {
    sockets.forEach(ScriptedCanister::closeQuietly);
    sockets.clear();
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      Line line = new Line(socket.getOutputStream());
      String key = "";
      for (String header = readLine(in); !header.isEmpty(); header = readLine(in)) {
        if (header.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")) {
          key = header.substring(header.indexOf(':') + 1).strip();
        }
      }
      line.upgrade(key);
      while (true) {
        int first = in.readUnsignedByte();
        byte[] payload = payload(in);
        switch (first & 0x0F) {
          case 1 -> received(JSON.readTree(new String(payload, StandardCharsets.UTF_8)), line);
          case 8 -> {
            socket.close();
            return;
          }
          case 9 -> line.frame(10, payload);
          default -> {}
        }
      }
    } catch (IOException e) {
      // The other side, or the test, has ended the connection.
      closeQuietly(socket);
    }
  }

  private void received(JsonNode frame, Line line) {
    switch (frame.get("type").stringValue()) {
      case "process" -> {
        asked.add(frame);
        Thread.ofVirtual().start(() -> script.accept(frame, line));
      }
      case "cancel" -> cancelled.add(frame);
      case "ping" -> line.send(Map.of("type", "pong"));
      default -> throw new IllegalStateException("unexpected frame " + frame);
    }
  }

  private static String readLine(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n' && c >= 0; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private static byte[] payload(DataInputStream in) throws IOException {
    int second = in.readUnsignedByte();
    long length = second & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    byte[] mask = in.readNBytes(4);
    byte[] payload = in.readNBytes((int) length);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return payload;
  }

  /** The way to the server. */
  public static final class Line {
    private final OutputStream out;

    private Line(OutputStream out) {
      this.out = out;
    }

    private void upgrade(String key) throws IOException {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-1")
                .digest((key + WEBSOCKET_GUID).getBytes(StandardCharsets.US_ASCII));
        write(
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: "
                    + Base64.getEncoder().encodeToString(digest)
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    public void send(Map<String, ?> frame) {
      sendText(JSON.writeValueAsString(frame));
    }

    public void sendText(String text) {
      frame(1, text.getBytes(StandardCharsets.UTF_8));
    }

    private void frame(int opcode, byte[] payload) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write(0x80 | opcode);
      if (payload.length < 126) {
        bytes.write(payload.length);
      } else if (payload.length < 1 << 16) {
        bytes.write(126);
        bytes.write(payload.length >> 8);
        bytes.write(payload.length);
      } else {
        bytes.write(127);
        for (int shift = 56; shift >= 0; shift -= 8) {
          bytes.write((int) ((long) payload.length >> shift));
        }
      }
      bytes.writeBytes(payload);
      try {
        write(bytes.toByteArray());
      } catch (IOException e) {
        // The connection was cut; whoever asked is told by that.
        Thread.yield();
      }
    }

    private synchronized void write(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    public void delta(JsonNode process, int sequence, String text) {
      send(
          Map.of(
              "type",
              "response_delta",
              "request_id",
              process.get("request_id").stringValue(),
              "sequence",
              sequence,
              "delta",
              text));
    }

    public void respond(JsonNode process, String text) {
      send(
          Map.of(
              "type",
              "response",
              "request_id",
              process.get("request_id").stringValue(),
              "conversation_id",
              process.get("conversation_id").stringValue(),
              "response",
              text,
              "model_used",
              "scripted",
              "confidence_score",
              0.5,
              "processing_time_ms",
              7,
              "token_count",
              3,
              "metadata",
              Map.of("k", "v")));
    }

    public void stream(JsonNode process, String text, int pieceLength) {
      int sequence = 0;
      for (int from = 0; from < text.length(); from += pieceLength) {
        delta(
            process, sequence++, text.substring(from, Math.min(text.length(), from + pieceLength)));
      }
      respond(process, text);
    }
  }
}
