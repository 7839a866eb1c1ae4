package life.avai.testkit.check;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.ThreadRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Database.UserRow;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Tells what a run looked like that never was: good ones, and then what was planted in them. */
final class Story {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final List<Event> events = new ArrayList<>();
  private final List<Database> snapshots = new ArrayList<>();
  private final Map<String, UserRow> users = new LinkedHashMap<>();
  private final Map<String, MessageRow> messages = new LinkedHashMap<>();
  private final Map<String, TurnRow> turns = new LinkedHashMap<>();
  private final Map<String, String> owners = new LinkedHashMap<>();
  private final Map<Integer, String> authenticated = new LinkedHashMap<>();
  private Instant now = START;
  private int numbers;

  /** A message that was sent, with its turn. */
  record Sent(String message, String turn, String thread, long position) {}

  Instant now() {
    return now;
  }

  void pass(long millis) {
    now = now.plusMillis(millis);
  }

  private Event event(Kind kind, int peer, @Nullable Object... fields) {
    pass(10);
    var event = new Event(events.size(), now, "", kind, peer, JsonObject.of(fields));
    events.add(event);
    return event;
  }

  void sees(int connection, @Nullable Object... fields) {
    event(Kind.RECEIVED, connection, fields);
  }

  /** A connection of somebody with that name. */
  void arrives(int connection, String user) {
    users.putIfAbsent(user, new UserRow(user, "sub-" + user));
    authenticated.put(connection, user);
    event(Kind.OPENED, connection);
    sees(connection, "type", "welcome");
    String id = asks(connection, "authenticate", "token", "x");
    sees(
        connection,
        "type",
        "auth_success",
        "in_reply_to",
        id,
        "user",
        JsonObject.of("id", user, "tier", "free", "is_anonymous", false));
  }

  /** Sends a frame, and returns its id. */
  String asks(int connection, String type, @Nullable Object... fields) {
    String id = "q" + ++numbers;
    var all = new ArrayList<@Nullable Object>(List.of("type", type, "id", id));
    all.addAll(Arrays.asList(fields));
    event(Kind.SENT, connection, all.toArray());
    return id;
  }

  String sends(int connection, String thread, String content, @Nullable String clientId) {
    return asks(
        connection,
        "send_message",
        "thread_id",
        thread,
        "content",
        content,
        "client_message_id",
        clientId);
  }

  /** The server keeps a message, and has not told so yet. */
  Sent keeps(String user, String thread, String content, @Nullable String clientId) {
    owners.putIfAbsent(thread, user);
    String id = "m" + ++numbers;
    String turn = "r" + numbers;
    long position = next(thread);
    messages.put(
        id, new MessageRow(id, thread, position, "user", user, content, clientId, null, null, now));
    turns.put(turn, new TurnRow(turn, thread, id, "running", 1, null, null, 0, "s1", now));
    return new Sent(id, turn, thread, position);
  }

  private long next(String thread) {
    return 1 + messages.values().stream().filter(row -> row.thread().equals(thread)).count();
  }

  void acknowledges(int connection, String id, Sent sent, boolean duplicate) {
    sees(
        connection,
        "type",
        "message_sent",
        "in_reply_to",
        id,
        "message_id",
        sent.message(),
        "thread_id",
        sent.thread(),
        "request_id",
        sent.turn(),
        "position",
        sent.position(),
        "duplicate",
        duplicate ? true : null);
  }

  Sent says(int connection, String thread, String content, @Nullable String clientId) {
    String id = sends(connection, thread, content, clientId);
    String user = Objects.requireNonNull(authenticated.get(connection));
    Sent sent = keeps(user, thread, content, clientId);
    acknowledges(connection, id, sent, false);
    return sent;
  }

  /** The canister is asked. */
  void isAsked(Sent sent, int attempt) {
    var shown = new ArrayList<JsonObject>();
    for (MessageRow row : List.copyOf(messages.values())) {
      if (row.thread().equals(sent.thread())
          && row.role().equals("user")
          && row.position() < sent.position()) {
        shown.add(shown(row));
        messages.values().stream()
            .filter(reply -> row.id().equals(reply.replyTo()) && reply.supersededAt() == null)
            .forEach(reply -> shown.add(shown(reply)));
      }
    }
    shown.add(shown(Objects.requireNonNull(messages.get(sent.message()))));
    event(
        Kind.ASKED,
        1,
        "type",
        "process",
        "request_id",
        sent.turn(),
        "conversation_id",
        sent.thread(),
        "user_id",
        "sub-" + owners.get(sent.thread()),
        "attempt",
        attempt,
        "messages",
        shown);
  }

  private static JsonObject shown(MessageRow row) {
    return JsonObject.of("role", row.role(), "content", row.content());
  }

  void types(int connection, Sent sent, boolean typing) {
    sees(
        connection,
        "type",
        "ai_typing",
        "thread_id",
        sent.thread(),
        "request_id",
        sent.turn(),
        "is_typing",
        typing);
  }

  void streams(int connection, Sent sent, int attempt, int offset, String delta) {
    sees(
        connection,
        "type",
        "ai_response_delta",
        "thread_id",
        sent.thread(),
        "request_id",
        sent.turn(),
        "message_id",
        "a" + sent.turn(),
        "attempt",
        attempt,
        "offset",
        offset,
        "delta",
        delta);
  }

  void answers(Sent sent, int attempt, String text) {
    event(
        Kind.ANSWERED,
        1,
        "type",
        "response",
        "request_id",
        sent.turn(),
        "attempt",
        attempt,
        "response",
        text);
  }

  /** The server keeps the reply. */
  void completes(Sent sent, int attempt, String text) {
    String id = "a" + sent.turn();
    messages.put(
        id,
        new MessageRow(
            id,
            sent.thread(),
            next(sent.thread()),
            "assistant",
            null,
            text,
            null,
            sent.message(),
            null,
            now));
    ends(sent, "completed", attempt, id, null);
  }

  void ends(Sent sent, String state, int attempt, @Nullable String reply, @Nullable String code) {
    TurnRow turn = Objects.requireNonNull(turns.get(sent.turn()));
    turns.put(
        sent.turn(),
        new TurnRow(
            turn.id(),
            turn.thread(),
            turn.message(),
            state,
            attempt,
            reply,
            code,
            turn.revision(),
            attempt == 1 ? "s1" : "s2",
            turn.createdAt()));
  }

  void shows(int connection, Sent sent) {
    TurnRow turn = Objects.requireNonNull(turns.get(sent.turn()));
    MessageRow reply = Objects.requireNonNull(messages.get(String.valueOf(turn.reply())));
    sees(
        connection,
        "type",
        turn.state().equals("completed") ? "ai_response" : "ai_cancelled",
        "thread_id",
        sent.thread(),
        "request_id",
        sent.turn(),
        "message_id",
        reply.id(),
        "attempt",
        turn.state().equals("completed") ? turn.attempt() : null,
        "position",
        reply.position(),
        "content",
        reply.content());
  }

  /** The whole of a turn that nothing happens to. */
  void isAnswered(int connection, Sent sent, String text) {
    isAsked(sent, 1);
    types(connection, sent, true);
    streams(connection, sent, 1, 0, text.substring(0, 3));
    streams(connection, sent, 1, 3, text.substring(3));
    answers(sent, 1, text);
    completes(sent, 1, text);
    types(connection, sent, false);
    shows(connection, sent);
  }

  Sent regenerates(int connection, Sent sent) {
    String id = asks(connection, "regenerate", "thread_id", sent.thread());
    messages.replaceAll((key, row) ->
        sent.message().equals(row.replyTo()) && row.supersededAt() == null
            ? new MessageRow(
                row.id(),
                row.thread(),
                row.position(),
                row.role(),
                row.author(),
                row.content(),
                row.clientId(),
                row.replyTo(),
                now,
                row.createdAt())
            : row);
    String turn = "r" + ++numbers;
    turns.put(
        turn,
        new TurnRow(
            turn, sent.thread(), sent.message(), "running", 1, null, null, numbers, "s1", now));
    sees(
        connection,
        "type",
        "regenerate_ack",
        "in_reply_to",
        id,
        "thread_id",
        sent.thread(),
        "request_id",
        turn,
        "reply_to",
        sent.message());
    return new Sent(sent.message(), turn, sent.thread(), sent.position());
  }

  void breaks(int connection) {
    event(Kind.ENDED, connection, "code", 1006, "reason", "");
  }

  void settles(int connection) {
    String id = asks(connection, "ping");
    sees(connection, "type", "pong", "in_reply_to", id);
  }

  void notes(Kind kind, @Nullable Object... fields) {
    event(kind, 0, fields);
  }

  void snapshot() {
    snapshots.add(rows());
  }

  private Database rows() {
    List<ThreadRow> threads =
        owners.entrySet().stream()
            .map(thread -> {
              List<MessageRow> its =
                  messages.values().stream()
                      .filter(row -> row.thread().equals(thread.getKey()))
                      .toList();
              return new ThreadRow(
                  thread.getKey(),
                  thread.getValue(),
                  its.size(),
                  its.stream().map(MessageRow::createdAt).max(Instant::compareTo).orElseThrow());
            })
            .toList();
    return new Database(
        List.copyOf(users.values()),
        threads,
        List.copyOf(messages.values()),
        List.copyOf(turns.values()));
  }

  MessageRow row(String message) {
    return Objects.requireNonNull(messages.get(message));
  }

  /** Changes a row, as a defect would. */
  Story message(String id, UnaryOperator<@Nullable MessageRow> change) {
    MessageRow changed = change.apply(messages.get(id));
    if (changed == null) {
      messages.remove(id);
    } else {
      messages.put(changed.id(), changed);
    }
    return this;
  }

  /** Changes a row, as a defect would. */
  Story turn(String id, UnaryOperator<@Nullable TurnRow> change) {
    TurnRow changed = change.apply(turns.get(id));
    if (changed == null) {
      turns.remove(id);
    } else {
      turns.put(changed.id(), changed);
    }
    return this;
  }

  /** Changes the first event of a type, as a defect would. */
  Story alter(String type, UnaryOperator<JsonObject> change) {
    return alter(event -> event.frame().type().equals(type), change);
  }

  Story alter(Predicate<Event> which, UnaryOperator<JsonObject> change) {
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      if (which.test(event)) {
        events.set(
            i,
            new Event(
                i,
                event.at(),
                event.thread(),
                event.kind(),
                event.peer(),
                change.apply(event.frame())));
        return this;
      }
    }
    throw new AssertionError("no such event");
  }

  /** Leaves out the first event of a type. */
  Story drop(String type) {
    return alter(type, frame -> JsonObject.of("type", "pong"));
  }

  Recording recording() {
    return recording(UnaryOperator.identity());
  }

  Recording recording(UnaryOperator<Database> change) {
    return new Recording(events, snapshots, change.apply(rows()));
  }
}
