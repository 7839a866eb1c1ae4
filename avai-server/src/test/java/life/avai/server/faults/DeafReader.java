package life.avai.server.faults;

import java.time.Duration;
import java.util.regex.Pattern;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.Reply;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.websocket.WebSocketDialer;

/** Somebody who asks for much and reads nothing of it, until the server has had enough. */
final class DeafReader {
  /** Together more than the kernel's buffers on the way take. */
  private static final String LONG = "\uD83D\uDE00".repeat(30_000);

  private static final int MESSAGES = 4;
  private static final int REQUESTS = 20;
  private static final int ATTEMPTS = 10;
  private static final Pattern CLOSED =
      Pattern.compile("(?m)^avai_closes_total\\{code=\"4008\"} (\\d+)");

  private DeafReader() {}

  static void on(World world, Node node) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Straight to the server: what a proxy takes in counts as read.
      try (TestClient client =
          TestClient.connect(
              WebSocketDialer.to(node.process().address()).receiveBuffer(4_096),
              world.recorder().client())) {
        client.timeout(Duration.ofSeconds(20));
        client.authenticateAnonymously();
        String thread = fill(client);
        int before = node.metric(CLOSED);
        client.pauseReading();
        for (int request = 0; request < REQUESTS; request++) {
          client.send("get_history", "thread_id", thread, "id", "deaf-" + request);
        }
        node.awaitMetric(CLOSED, before + 1);
        client.resumeReading();
        if (client.awaitClose().code() == 4008) {
          return;
        }
      }
    }
    throw new AssertionError("nobody is told to be too slow a reader");
  }

  private static String fill(TestClient client) {
    String thread = "new";
    for (int i = 0; i < MESSAGES; i++) {
      Acknowledgement sent = client.say(thread, LONG);
      thread = sent.threadId();
      Reply unused = client.awaitReply(sent.requestId());
    }
    return thread;
  }
}
