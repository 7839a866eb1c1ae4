package life.avai.testkit.canister;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import life.avai.testkit.websocket.CloseStatus;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.UpgradeRefusedException;
import life.avai.testkit.websocket.UpgradeRequest;
import life.avai.testkit.websocket.WebSocketDialer;
import life.avai.testkit.websocket.WebSocketHandler;
import life.avai.testkit.websocket.WebSocketServer;

/**
 * Stands between whoever asks and a real canister, passes every frame on as it is, and writes down
 * what the canister answers: a script file, to be replayed by a {@link FakeCanister}.
 *
 * <pre>{@code
 * try (var recorder = CanisterRecorder.start(realCanister)) {
 *   // ... let the program dial recorder.url() and ask ...
 *   recorder.save(Path.of("answers.json"));
 * }
 * }</pre>
 *
 * <p>The file has an answer for every request, in their order, chosen at replay by the text of the
 * question and the attempt. Asked the same with the same ids, the fake sends the same messages byte
 * for byte; to other ids it answers with those. Pauses are kept to the millisecond. What a canister
 * sends about no request that was made is replayed with the latest one of its connection; pings and
 * pongs are not replayed. It holds questions and answers in full: treat it like them.
 *
 * <p>Safe for use by many threads at once.
 */
public final class CanisterRecorder implements AutoCloseable {
  private static final Set<String> OF_ONE_CONNECTION = Set.of("host", "upgrade", "connection");

  private final URI canister;
  private final Tape tape = new Tape();
  private final Map<UpgradeRequest, RawWebSocket> dialled = new ConcurrentHashMap<>();
  private final WebSocketServer server;

  private CanisterRecorder(InetAddress host, int port, URI canister) {
    this.canister = canister;
    this.server = WebSocketServer.start(host, port, null, new Relay());
  }

  /**
   * Listens on a free port of the loopback.
   *
   * @param canister where the real canister is: {@code ws} or {@code wss}, which must have a
   *     certificate that the JDK trusts
   * @return the recorder, accepting connections
   */
  public static CanisterRecorder start(URI canister) {
    return start(InetAddress.getLoopbackAddress(), 0, canister);
  }

  /**
   * Listens at an address.
   *
   * @param host the address
   * @param port the port; 0 for a free one
   * @param canister where the real canister is
   * @return the recorder, accepting connections
   * @throws UncheckedIOException if the port is taken
   */
  public static CanisterRecorder start(InetAddress host, int port, URI canister) {
    return new CanisterRecorder(host, port, canister);
  }

  /**
   * Where to dial in place of the canister.
   *
   * @return a {@code ws} address
   */
  public URI url() {
    return server.uri("/");
  }

  /**
   * What was recorded so far.
   *
   * @return a script file's text
   */
  public String script() {
    return tape.script();
  }

  /**
   * Writes what was recorded so far.
   *
   * @param file the file, replaced if it is there
   * @throws IOException if it cannot be written
   */
  public void save(Path file) throws IOException {
    Files.writeString(file, script());
  }

  /** Cuts every connection. What was recorded is still known. */
  @Override
  public void close() {
    server.close();
  }

  private final class Relay implements WebSocketHandler {
    @Override
    public int admit(UpgradeRequest request) {
      try {
        var dialer = WebSocketDialer.to(canister);
        request
            .headers()
            .forEach((name, value) -> {
              String lower = name.toLowerCase(Locale.ROOT);
              if (!OF_ONE_CONNECTION.contains(lower) && !lower.startsWith("sec-websocket-")) {
                dialer.header(name, value);
              }
            });
        dialled.put(request, dialer.connect());
        return 101;
      } catch (UpgradeRefusedException e) {
        return e.status();
      } catch (IOException e) {
        return 502;
      }
    }

    @Override
    public void handle(RawWebSocket asker) throws IOException {
      RawWebSocket real = dialled.remove(asker.handshake());
      if (real == null) {
        throw new IOException("not dialled");
      }
      var recording = tape.connection();
      Thread answers =
          Thread.ofVirtual()
              .name("canister-recorder")
              .start(() -> {
                pass(real, asker, recording::answered);
                recording.ended(CloseStatus.ABNORMAL);
                asker.cut();
              });
      pass(asker, real, recording::asked);
      recording.left();
      real.cut();
      join(answers);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Hears a whole message, or the close frame, before it is passed on. */
  @FunctionalInterface
  private interface Ear {
    void hear(Frame message);
  }

  /** Passes frames on as they are, until one of the two connections is gone. */
  private static void pass(RawWebSocket from, RawWebSocket to, Ear ear) {
    from.answerPings(false);
    from.answerClose(false);
    int opcode = Frame.CONTINUATION;
    var whole = new ByteArrayOutputStream();
    try {
      while (true) {
        Frame frame = from.receive();
        if (frame.opcode() == Frame.CLOSE) {
          ear.hear(frame);
        } else if (frame.opcode() < Frame.CLOSE) {
          if (frame.opcode() != Frame.CONTINUATION) {
            opcode = frame.opcode();
            whole.reset();
          }
          whole.writeBytes(frame.payload());
          if (frame.isLast()) {
            ear.hear(Frame.of(opcode, whole.toByteArray()));
          }
        }
        to.send(frame);
      }
    } catch (IOException e) {
      // One of them has left.
    }
  }
}
