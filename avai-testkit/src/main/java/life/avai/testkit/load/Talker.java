package life.avai.testkit.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.load.Violations.Property;
import org.jspecify.annotations.Nullable;

/** One device of one user in one thread: sends, measures, and checks all that it sees. */
final class Talker implements Peer.Listener {
  private static final String WORDS =
      "What does this query do when the id is a quote? ".repeat(5).strip();

  /** When it sends the next message by itself. */
  enum Pace {
    /** Never: somebody else says when. */
    TOLD,
    /** As soon as the last one is acknowledged. */
    ACKNOWLEDGED,
    /** As soon as the last one has its outcome. */
    ANSWERED
  }

  private final Loop loop;
  private final URI url;
  private final Seen seen;
  private final Violations violations;
  private final Runnable ready;
  private final JsonScanner json = new JsonScanner();
  private final JsonScanner.Text content = new JsonScanner.Text();
  private final Map<Long, Long> unanswered = new HashMap<>();
  private final Map<UUID, Turn> turns = new HashMap<>();
  private Pace pace = Pace.TOLD;
  private Peer peer;
  private long lastId;
  private long beganNanos;
  private boolean authenticated;
  private boolean lost;
  private @Nullable String sessionToken;
  private @Nullable UUID thread;
  private @Nullable JsonObject history;
  private int unfinished;

  private Talker(
      Loop loop,
      URI url,
      Seen seen,
      Violations violations,
      @Nullable String sessionToken,
      @Nullable UUID thread,
      Runnable ready) {
    this.loop = loop;
    this.url = url;
    this.seen = seen;
    this.violations = violations;
    this.sessionToken = sessionToken;
    this.thread = thread;
    this.ready = ready;
    this.beganNanos = System.nanoTime();
    this.peer = Peer.connect(loop, url, this);
  }

  /**
   * Begins to connect somebody new, who has no thread yet. Loop's thread only, as all here.
   *
   * @param ready told when it is authenticated and (if it has one) watches its thread
   */
  static Talker connect(Loop loop, URI url, Seen seen, Violations violations, Runnable ready) {
    return new Talker(loop, url, seen, violations, null, null, ready);
  }

  /** Another device of the same user, which watches the same thread. */
  Talker another(Runnable whenReady) {
    return new Talker(loop, url, seen, violations, sessionToken, thread, whenReady);
  }

  /** Loses its connection and opens another at once. */
  void reconnect() {
    peer.cut();
    unanswered.clear();
    authenticated = false;
    beganNanos = System.nanoTime();
    peer = Peer.connect(loop, url, this);
  }

  void cut() {
    peer.cut();
  }

  @Override
  public void opened(Peer opened) {
    request(
        sessionToken == null
            ? "\"type\":\"authenticate\",\"anonymous\":true"
            : "\"type\":\"authenticate\",\"session_token\":\"" + sessionToken + "\"",
        beganNanos);
  }

  private void request(String fields, long dueNanos) {
    long id = ++lastId;
    unanswered.put(id, dueNanos);
    peer.send(("{" + fields + ",\"id\":" + id + "}").getBytes(UTF_8));
  }

  /** Goes on sending by itself from now, or no longer. */
  void pace(Pace wanted) {
    pace = wanted;
    if (wanted != Pace.TOLD) {
      send(System.nanoTime());
    }
  }

  /**
   * Sends a message.
   *
   * @param dueNanos when it should have been sent: its times count from then
   */
  void send(long dueNanos) {
    var random = ThreadLocalRandom.current();
    unfinished++;
    request(
        "\"type\":\"send_message\",\"thread_id\":\""
            + (thread == null ? "new" : thread)
            + "\",\"client_message_id\":\""
            + new UUID(random.nextLong(), random.nextLong())
            + "\",\"content\":\""
            + WORDS
            + "\"",
        dueNanos);
  }

  void ping(long dueNanos) {
    request("\"type\":\"ping\"", dueNanos);
  }

  /** Asks for what the store has of its thread: {@link #verifyStored} compares. */
  void askHistory() {
    history = null;
    request(
        "\"type\":\"get_history\",\"limit\":500,\"thread_id\":\"" + thread + "\"",
        System.nanoTime());
  }

  @Nullable UUID thread() {
    return thread;
  }

  /** Whether nothing is under way. */
  boolean isQuiet() {
    return unfinished == 0 && unanswered.isEmpty();
  }

  boolean isLost() {
    return lost;
  }

  Collection<Turn> turns() {
    return turns.values();
  }

  @Nullable Turn turn(UUID id) {
    return turns.get(id);
  }

  @Override
  public void text(Peer from, byte[] array, int begin, int end) {
    seen.frame();
    json.over(array, begin, end);
    if (!json.next() || !json.named("type")) {
      throw new IllegalStateException("type does not come first");
    }
    if (json.is("ai_response_delta")) {
      delta();
    } else if (json.is("message_sent")) {
      acknowledged();
    } else if (json.is("ai_response")) {
      outcome("ai_response");
    } else if (json.is("ai_unavailable")) {
      outcome("ai_unavailable");
    } else if (json.is("ai_error")) {
      outcome("ai_error");
    } else if (json.is("ai_cancelled")) {
      outcome("ai_cancelled");
    } else if (json.is("auth_success")) {
      authenticated();
    } else if (json.is("error")) {
      refused();
    } else if (json.is("pong") || json.is("subscribed")) {
      answered();
    } else if (json.is("caught_up")) {
      ready.run();
    } else if (json.is("thread_history")) {
      answered();
      history = Json.parseObject(new String(array, begin, end - begin, UTF_8));
    }
  }

  private void authenticated() {
    Long began = null;
    while (json.next()) {
      if (json.named("session_token")) {
        sessionToken = json.text();
      } else if (json.named("in_reply_to")) {
        began = unanswered.remove(json.number());
      }
    }
    if (began == null) {
      violations.add(Property.P14, "an authentication that was not asked for");
      return;
    }
    authenticated = true;
    Seen.record(seen.other, began);
    if (thread == null) {
      ready.run();
    } else {
      request("\"type\":\"subscribe\",\"thread_id\":\"" + thread + "\"", began);
    }
  }

  /** Takes the request that the frame answers; gives when it was due. */
  private long take() {
    while (json.next()) {
      if (json.named("in_reply_to")) {
        Long due = unanswered.remove(json.number());
        if (due != null) {
          return due;
        }
      }
    }
    violations.add(Property.P14, "an answer to nothing that waits for one");
    return System.nanoTime();
  }

  private void answered() {
    Seen.record(seen.other, take());
  }

  private void acknowledged() {
    Long due = null;
    UUID request = null;
    UUID message = null;
    while (json.next()) {
      if (json.named("in_reply_to")) {
        due = unanswered.remove(json.number());
      } else if (json.named("request_id")) {
        request = json.uuid();
      } else if (json.named("message_id")) {
        message = json.uuid();
      } else if (thread == null && json.named("thread_id")) {
        thread = json.uuid();
      }
    }
    if (due == null || request == null) {
      violations.add(Property.P14, "an acknowledgement of nothing that waits for one");
      return;
    }
    Seen.record(seen.acknowledged, due);
    if (turns.put(request, new Turn(request, message, due)) != null) {
      violations.add(Property.P14, "a turn was told of before its acknowledgement " + request);
    }
    if (pace == Pace.ACKNOWLEDGED) {
      send(System.nanoTime());
    }
  }

  private void refused() {
    String code = "none";
    Long due = null;
    while (json.next()) {
      if (json.named("code")) {
        code = json.text();
      } else if (json.named("in_reply_to")) {
        due = unanswered.remove(json.number());
      }
    }
    seen.error(code);
    if (due == null) {
      violations.add(Property.P14, "an error for nothing that waits for an answer: " + code);
      return;
    }
    if (!authenticated) {
      // A store that is too busy for all who come at once says so: once more.
      opened(peer);
      return;
    }
    unfinished = Math.max(0, unfinished - 1);
    if (pace != Pace.TOLD) {
      send(System.nanoTime());
    }
  }

  private void delta() {
    UUID request = null;
    int attempt = 0;
    long offset = -1;
    boolean added = false;
    Turn turn = null;
    while (json.next()) {
      if (json.named("request_id")) {
        request = json.uuid();
        turn = turn(request, System.nanoTime());
      } else if (json.named("attempt")) {
        attempt = (int) json.number();
      } else if (json.named("offset")) {
        offset = json.number();
      } else if (json.named("delta") && turn != null) {
        added = true;
        add(turn, attempt, offset);
      }
    }
    if (!added) {
      violations.add(Property.P11, "a delta without its fields");
    }
  }

  private void add(Turn turn, int attempt, long offset) {
    seen.delta();
    if (turn.outcome != null) {
      violations.add(Property.P11, "a delta after the outcome of " + turn.id);
    }
    if (turn.attempt == 0 && turn.messageId != null) {
      Seen.record(seen.firstDelta, turn.dueNanos);
    }
    if (attempt > turn.attempt) {
      turn.attempt = attempt;
      turn.text.clear();
    }
    if (attempt < turn.attempt || offset != turn.text.length()) {
      violations.add(
          Property.P11,
          "attempt %d offset %d after attempt %d length %d of %s"
              .formatted(attempt, offset, turn.attempt, turn.text.length(), turn.id));
    }
    json.addTo(turn.text);
  }

  /** The turn; a device that did not send the message learns of it from its first frame. */
  private Turn turn(UUID id, long now) {
    return turns.computeIfAbsent(
        id,
        fresh -> {
          unfinished++;
          return new Turn(id, null, now);
        });
  }

  private void outcome(String type) {
    UUID request = null;
    boolean last = !type.equals("ai_unavailable");
    boolean hasContent = false;
    long position = 0;
    content.clear();
    while (json.next()) {
      if (json.named("request_id")) {
        request = json.uuid();
      } else if (json.named("final")) {
        last |= json.isTrue();
      } else if (json.named("content")) {
        hasContent = true;
        json.addTo(content);
      } else if (json.named("position")) {
        position = json.number();
      }
    }
    if (request == null || !last) {
      return;
    }
    long now = System.nanoTime();
    Turn turn = turn(request, now);
    if (turn.outcome != null) {
      violations.add(Property.P4, type + " after " + turn.outcome + " of " + request);
      return;
    }
    turn.outcome = type;
    turn.endedNanos = now;
    turn.replyHash = hasContent ? content.hash() : 0;
    turn.replyPosition = position;
    unfinished--;
    boolean whole = turn.text.length() == content.length() && turn.text.hash() == content.hash();
    if (hasContent && turn.attempt > 0 && !whole) {
      violations.add(Property.P11, "the deltas are not the reply of " + request);
    }
    if (turn.messageId != null) {
      Seen.record(seen.answered, turn.dueNanos);
      if (pace == Pace.ANSWERED) {
        send(now);
      }
    }
  }

  @Override
  public void ended(Peer gone) {
    if (gone == peer) {
      lost = true;
    }
  }

  /** Looks for turns without an outcome, once all should be quiet. */
  void verifyOutcomes() {
    for (Turn turn : turns.values()) {
      if (turn.outcome == null) {
        violations.add(Property.P4, "no outcome of " + turn.id);
      }
    }
    if (lost) {
      violations.add(Property.P14, "a connection was lost");
    }
  }

  /** Compares what was seen with what {@link #askHistory} got. */
  void verifyStored() {
    JsonObject page = history;
    if (page == null) {
      violations.add(Property.P6, "no history");
      return;
    }
    var byPosition = new HashMap<Long, JsonObject>();
    page.objects("messages")
        .forEach(message -> byPosition.put(message.integer("position"), message));
    long first = byPosition.keySet().stream().mapToLong(Long::longValue).min().orElse(0);
    for (Turn turn : turns.values()) {
      if (turn.replyPosition < first || turn.replyPosition == 0) {
        continue;
      }
      JsonObject stored = byPosition.get(turn.replyPosition);
      if (stored == null || stored.string("content").hashCode() != turn.replyHash) {
        violations.add(Property.P6, "the reply of " + turn.id + " is not the stored one");
      }
    }
  }

  /** Compares outcomes with what another device of the thread has seen. */
  void verifySameAs(Talker other) {
    for (Turn turn : turns.values()) {
      Turn theirs = other.turns.get(turn.id);
      if (theirs != null
          && turn.outcome != null
          && theirs.outcome != null
          && !(turn.outcome.equals(theirs.outcome) && turn.replyHash == theirs.replyHash)) {
        violations.add(Property.P6, "two devices saw different outcomes of " + turn.id);
      }
    }
  }

  /** Forgets the turns that were seen. */
  void forgetTurns() {
    turns.clear();
  }
}
