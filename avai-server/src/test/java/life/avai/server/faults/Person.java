package life.avai.server.faults;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import life.avai.testkit.client.ClientListener;
import life.avai.testkit.json.JsonObject;

/** Somebody with two devices who talks, repeats, cancels and loses connections at random. */
final class Person {
  static final int THREADS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a canister should answer in many small pieces. */
  static final String SLOWLY = "slowly";

  private final Random random;
  private final String secret;
  private final Device phone;
  private final Device laptop;
  private final List<String> threads = new ArrayList<>();

  /** Frames that were acknowledged. */
  private final List<JsonObject> sent = new ArrayList<>();

  private int said;

  Person(long seed, Supplier<URI> server, ClientListener recorder) {
    random = new Random(seed);
    secret = "secret-" + Long.toHexString(random.nextLong() | 1L << 60);
    phone = new Device(server, recorder, null);
    laptop = new Device(server, recorder, phone.session());
  }

  /** A word that is in all that this person says, and in nothing else. */
  String secret() {
    return secret;
  }

  List<Device> devices() {
    return List.of(phone, laptop);
  }

  /** Goes on until it is over. */
  void live(BooleanSupplier over) {
    while (!over.getAsBoolean()) {
      switch (random.nextInt(20)) {
        case 0, 1 -> repeat();
        case 2, 3 -> cancel();
        case 4 -> regenerate();
        case 5 -> device().loseConnection();
        case 6 -> read();
        case 7, 8, 9 -> loseConnectionInMidReply();
        default -> say("");
      }
      LockSupport.parkNanos(random.nextLong(50_000_000));
    }
  }

  /** Says one more thing and sees it answered or ended. */
  void sayAndAwait() {
    JsonObject acknowledged = say("");
    if (acknowledged.type().equals("message_sent")) {
      JsonObject unused = phone.awaitOutcome(acknowledged.string("request_id"), PATIENCE);
    }
  }

  /** Sends once more whatever was acknowledged, and reads every thread to its end. */
  void lookBack() {
    for (JsonObject frame : sent) {
      JsonObject again = device().ask(frame);
      if (!again.type().equals("message_sent")) {
        throw new AssertionError(frame + " was acknowledged, and then answered by " + again);
      }
    }
    for (Device device : devices()) {
      for (String thread : threads) {
        JsonObject history =
            device.ask(JsonObject.of("type", "get_history", "thread_id", thread, "limit", 500));
        if (!history.type().equals("thread_history")) {
          throw new AssertionError(thread + ": " + history);
        }
      }
      JsonObject unused = device.ask(JsonObject.of("type", "ping"));
    }
  }

  int acknowledged() {
    return sent.size();
  }

  private Device device() {
    return random.nextBoolean() ? phone : laptop;
  }

  private JsonObject say(String how) {
    String thread = threads.size() < THREADS ? "new" : threads.get(random.nextInt(threads.size()));
    String content = secret + " says " + ++said + " " + how;
    JsonObject frame =
        JsonObject.of(
            "type",
            "send_message",
            "thread_id",
            thread,
            "content",
            content,
            "client_message_id",
            new UUID(random.nextLong(), random.nextLong()).toString());
    int busy = random.nextInt(10);
    if (busy < 2) {
      frame = frame.with("while_busy", busy == 0 ? "interrupt" : "reject");
    }
    JsonObject answer = phone.ask(frame);
    if (answer.type().equals("message_sent")) {
      sent.add(frame);
      if (thread.equals("new")) {
        threads.add(answer.string("thread_id"));
        laptop.watch(answer.string("thread_id"));
      }
    }
    return answer;
  }

  private void repeat() {
    if (!sent.isEmpty()) {
      JsonObject unused = device().ask(sent.get(random.nextInt(sent.size())));
    }
  }

  private void cancel() {
    if (!threads.isEmpty()) {
      String thread = threads.get(random.nextInt(threads.size()));
      JsonObject unused = device().ask(JsonObject.of("type", "cancel", "thread_id", thread));
    }
  }

  private void regenerate() {
    if (!threads.isEmpty()) {
      String thread = threads.get(random.nextInt(threads.size()));
      // Not known whether it was done: once is all that a good client does.
      var unused = device().tryOnce(JsonObject.of("type", "regenerate", "thread_id", thread));
    }
  }

  private void read() {
    JsonObject unused = device().ask(JsonObject.of("type", "get_threads"));
    if (!threads.isEmpty()) {
      String thread = threads.get(random.nextInt(threads.size()));
      JsonObject alsoUnused =
          device().ask(JsonObject.of("type", "get_history", "thread_id", thread));
    }
  }

  private void loseConnectionInMidReply() {
    JsonObject acknowledged = say(SLOWLY);
    if (acknowledged.type().equals("message_sent")
        && phone.awaitText(acknowledged.string("thread_id"), Duration.ofSeconds(2))) {
      phone.loseConnection();
    }
  }
}
