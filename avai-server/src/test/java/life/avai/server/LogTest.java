package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import life.avai.server.support.ServerProcess;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.identity.FakeIssuer;
import life.avai.testkit.identity.Forgery;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in no log, however much is told there: what lets somebody in, and what anybody wrote. */
class LogTest {
  private static final String WORDS = "planted-words-3d1f";
  private static final String WEBHOOK = base64("planted-webhook-secret");
  private static final String ADMIN = "planted-admin-token-77";
  private static final String CANISTER = "planted-canister-token";

  /** What is told of the last thing that is done. */
  private static final String LAST = "a wrong token was shown";

  private final List<String> secrets = new ArrayList<>(List.of(WORDS, WEBHOOK, ADMIN, CANISTER));

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> variables(FakeCanister canister, FakeIssuer issuer) {
    Map<String, String> variables = new HashMap<>();
    variables.put("DATABASE_URL", TestDatabase.fresh().variable());
    variables.put("AVAI_CANISTER_WS_URL", canister.url().toString());
    variables.put("AVAI_CANISTER_TOKEN", CANISTER);
    variables.put("AVAI_ADMIN_TOKEN", ADMIN);
    variables.put("CLERK_ISSUER", issuer.issuer());
    variables.put("CLERK_JWT_KEY", issuer.publicKeyPem());
    variables.put("CLERK_WEBHOOK_SECRET", "whsec_" + WEBHOOK);
    variables.put("LOG_LEVEL", "trace");
    return variables;
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json"})
  void noSecretAndNobodysWords_areInTheLog(String format, @TempDir Path directory)
      throws Exception {
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith(WORDS));
        FakeIssuer issuer = FakeIssuer.start()) {
      Map<String, String> variables = variables(canister, issuer);
      variables.put("LOG_FORMAT", format);
      try (ServerProcess server = ServerProcess.start(directory, variables)) {
        clients(server, canister, issuer);
        requests(server);
        awaitLine(server, LAST);

        assertThat(server.output()).contains("listening on", "turn", "exported");
        assertThat(secrets).hasSizeGreaterThan(8);
        // Neither as they are, nor a part of them that would do.
        assertThat(secrets)
            .allSatisfy(secret ->
                assertThat(server.output()).doesNotContain(secret.substring(secret.length() - 16)));
      }
    }
  }

  private void clients(ServerProcess server, FakeCanister canister, FakeIssuer issuer)
      throws Exception {
    try (TestClient guest = TestClient.connect(server.address())) {
      String session = guest.authenticateAnonymously().string("session_token");
      Acknowledgement asked = guest.say("new", WORDS);
      guest.awaitReply(asked.requestId());
      canister.script(CanisterScript.failWith(WORDS, false, null));
      guest.awaitReply(
          guest.request("regenerate", "thread_id", asked.threadId()).string("request_id"));
      for (String wrong :
          List.of(
              WORDS,
              "{\"type\":\"" + WORDS + "\"}",
              "{\"type\":\"send_message\",\"thread_id\":\"" + WORDS + "\",\"content\":\"x\"}",
              "{\"type\":\"get_history\",\"thread_id\":\"new\",\"limit\":\"" + WORDS + "\"}")) {
        guest.sendText(wrong);
      }
      guest.request("update_thread", "thread_id", asked.threadId(), "title", WORDS);
      guest.request("export_data");
      String link = guest.request("export_data").string("url");
      get(server, link);
      get(server, link);
      String token = issuer.sign("user_logs");
      String expired = issuer.forge(Forgery.EXPIRED, "user_logs");
      secrets.addAll(List.of(session, link, token, expired, "planted-token-that-is-none"));
      guest.request("authenticate", "token", expired);
      guest.request("authenticate", "token", "planted-token-that-is-none");
      guest.request("authenticate", "session_token", "planted-token-that-is-none");
      assertThat(guest.request("authenticate", "token", token).type()).isEqualTo("auth_success");
      try (TestClient again = TestClient.connect(server.address())) {
        // It was spent by signing in.
        assertThat(again.request("authenticate", "session_token", session).type())
            .isEqualTo("error");
      }
      guest.request("delete_account");
      guest.awaitClose();
    }
  }

  private void requests(ServerProcess server) throws Exception {
    get(server, "/exports/" + WORDS);
    get(server, "/?token=" + WORDS);
    get(server, "/admin", "Authorization", "Bearer " + ADMIN);
    post(server, WORDS);
    try (Socket socket = new Socket("127.0.0.1", server.port())) {
      socket
          .getOutputStream()
          .write(("GET / HTTP/1.1\r\n" + WORDS + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 400");
    }
    get(server, "/admin", "Authorization", "Bearer " + WORDS);
  }

  /** What was told before it is there then, too. */
  private static void awaitLine(ServerProcess server, String part) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!server.output().contains(part)) {
      assertThat(System.nanoTime()).as(server.output()).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static URI uri(ServerProcess server, String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private static void get(ServerProcess server, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(server, path));
    send(headers.length == 0 ? request : request.headers(headers));
  }

  private static void post(ServerProcess server, String body)
      throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(uri(server, "/webhooks/clerk"))
            .headers("svix-id", WORDS, "svix-timestamp", WORDS, "svix-signature", "v1," + WORDS)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static void send(HttpRequest.Builder request) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode())
          .isGreaterThanOrEqualTo(200);
    }
  }
}
