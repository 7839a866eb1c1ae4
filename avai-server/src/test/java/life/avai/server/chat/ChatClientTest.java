package life.avai.server.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.fault.FaultProxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatClientTest {
  @TempDir Path directory;

  /** What was printed, and a way to wait for some of it. */
  private static final class Screen extends ByteArrayOutputStream {
    private final String awaited;
    private final CompletableFuture<Void> shown = new CompletableFuture<>();

    Screen(String awaited) {
      this.awaited = awaited;
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      super.write(bytes, from, length);
      if (toString(UTF_8).contains(awaited)) {
        shown.complete(null);
      }
    }

    PrintStream stream() {
      return new PrintStream(this, true, UTF_8);
    }
  }

  private static int run(URI url, Path session, String typed, boolean piped, Screen screen) {
    return ChatClient.run(
        url, session, new ByteArrayInputStream(typed.getBytes(UTF_8)), piped, screen.stream());
  }

  @Test
  void aPipedMessage_isAnsweredOnTheScreen() {
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("It is. 🙂"));
        TestServer server = TestServer.start(canister, Map.of())) {
      Screen screen = new Screen("");

      assertThat(run(server.address(), null, "Is it?", true, screen)).isZero();

      assertThat(screen.toString(UTF_8)).isEqualTo("It is. 🙂\n");
    }
  }

  @Test
  void aLaterRun_isTheSamePersonInTheSameThread() throws Exception {
    Path session = directory.resolve("state/chat.json");
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("It is."));
        TestServer server = TestServer.start(canister, Map.of())) {
      assertThat(run(server.address(), session, "Is it?\n/quit\n", false, new Screen(""))).isZero();
      Screen screen = new Screen("");

      assertThat(run(server.address(), session, "/history\n/new\n/history\n", false, screen))
          .isZero();

      assertThat(screen.toString(UTF_8)).contains("> > Is it?\nIt is.\n", "(nothing yet)");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(session)))
        .isEqualTo("rw-------");
  }

  @Test
  void aSessionThatTheServerDoesNotKnow_isReplacedByANewOne() throws Exception {
    Path session = directory.resolve("chat.json");
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("It is."));
        TestServer server = TestServer.start(canister, Map.of())) {
      new ChatSession(server.address(), "unknown", null).write(session);
      Screen screen = new Screen("");

      assertThat(run(server.address(), session, "Is it?", true, screen)).isZero();

      assertThat(screen.toString(UTF_8)).contains("not known here", "It is.");
      assertThat(ChatSession.read(session, server.address()).orElseThrow().token())
          .isNotEqualTo("unknown");
    }
  }

  @Test
  void aConnectionLostInMidStream_isTakenUpWithoutAGapOrARepeat() throws Exception {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CanisterScript script =
        CanisterScript.playing(
            Step.delta("It "), Step.await(gate), Step.delta("is."), Step.response());
    try (FakeCanister canister = FakeCanister.start(script);
        TestServer server = TestServer.start(canister, Map.of());
        FaultProxy proxy = FaultProxy.to(server.port())) {
      URI url = URI.create("ws://127.0.0.1:" + proxy.port() + "/ws");
      Screen screen = new Screen("It ");
      CompletableFuture<Integer> status =
          CompletableFuture.supplyAsync(
              () -> run(url, directory.resolve("chat.json"), "Is it?", true, screen));
      screen.shown.get(30, TimeUnit.SECONDS);

      proxy.reset();
      gate.complete(null);

      assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
      assertThat(screen.toString(UTF_8))
          .isEqualTo("It \n(the connection was lost; connecting again)\nis.\n");
      assertThat(canister.totalRequests()).isEqualTo(1);
    }
  }

  @Test
  void nobodyThere_isSaidInOneLine() {
    Screen screen = new Screen("");

    assertThat(run(URI.create("ws://127.0.0.1:1/ws"), null, "Is it?", true, screen)).isEqualTo(1);

    assertThat(screen.toString(UTF_8)).startsWith("cannot connect to ").hasLineCount(1);
  }

  @Test
  void serverThatCannotBeTrusted_isToldFromOneThatIsAway() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread unused = Thread.ofVirtual().start(() -> answerInClear(plain));
      Screen screen = new Screen("");

      assertThat(
              run(
                  URI.create("wss://127.0.0.1:" + plain.getLocalPort() + "/ws"),
                  null,
                  "?",
                  true,
                  screen))
          .isEqualTo(1);

      assertThat(screen.toString(UTF_8)).contains("; TLS: ").hasLineCount(1);
    }
  }

  /**
   * Reads to the end: to close before that would reset the connection, and the client come again.
   */
  private static void answerInClear(ServerSocket plain) {
    try (Socket socket = plain.accept()) {
      socket.getInputStream().read();
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The client has seen enough.
    }
  }
}
