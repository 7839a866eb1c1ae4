package life.avai.testkit.check;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * Follows one connection: as whom it is authenticated, and which answer belongs to which request.
 *
 * <p>An answer names its request's {@code id}. For a request that has none, the first one of a
 * fitting kind that is open is taken; where that is not certain, the request counts as unanswered.
 */
final class ConnectionReader {
  /** The kinds of answers from which a request without an id can be told. */
  private static final Map<String, String> ANSWERED_BY =
      Map.of(
          "auth_success", "authenticate",
          "message_sent", "send_message",
          "subscribed", "subscribe",
          "regenerate_ack", "regenerate",
          "cancel_ack", "cancel");

  /** Errors that come without a request. */
  private static final Set<String> UNASKED = Set.of("AUTH_EXPIRED", "TOO_MANY_CONNECTIONS");

  private final Connection connection;
  private final Users users;
  private final Map<String, String> sessions;
  private final Map<Object, Request> byId = new HashMap<>();
  private int firstOpen;
  private @Nullable String user;
  private boolean anonymous;
  private @Nullable Instant expires;

  /**
   * A connection of which nothing was seen yet.
   *
   * @param sessions the users of the session tokens that were handed out
   */
  ConnectionReader(int number, Users users, Map<String, String> sessions) {
    this.connection = new Connection(number);
    this.users = users;
    this.sessions = sessions;
  }

  Connection connection() {
    return connection;
  }

  void accept(Event event) {
    switch (event.kind()) {
      case SENT -> sent(event);
      case UNSEEN -> connection.becomesUnseen();
      case RECEIVED -> received(event);
      case ENDED -> connection.ended(event);
      default -> {}
    }
  }

  private void sent(Event event) {
    Request request = new Request(event, connection, user);
    connection.requests().add(request);
    Object id = event.frame().get("id");
    if (id != null) {
      byId.put(id, request);
    }
  }

  private void received(Event event) {
    JsonObject frame = event.frame();
    Request request = requestOf(frame);
    if (frame.type().equals("auth_success")) {
      authenticated(frame, request);
    }
    if (request != null) {
      request.answered(event, user);
    }
    connection.frames().add(new Seen(event, user, expires, request));
  }

  private @Nullable Request requestOf(JsonObject frame) {
    Object id = frame.get("in_reply_to");
    if (id != null) {
      return byId.get(id);
    }
    boolean error = frame.type().equals("error");
    String type = ANSWERED_BY.get(frame.type());
    if (type == null && (!error || UNASKED.contains(Frames.text(frame, "code")))) {
      return null;
    }
    Request only = null;
    skipAnswered();
    for (int i = firstOpen; i < connection.requests().size(); i++) {
      Request open = connection.requests().get(i);
      if (!open.answers().isEmpty() || open.frame().get("id") != null) {
        continue;
      }
      if (!error && open.type().equals(type) && sameNames(open, frame)) {
        return open;
      }
      if (error) {
        if (only != null) {
          return null;
        }
        only = open;
      }
    }
    return only;
  }

  private void skipAnswered() {
    while (firstOpen < connection.requests().size()
        && !connection.requests().get(firstOpen).answers().isEmpty()) {
      firstOpen++;
    }
  }

  private static boolean sameNames(Request open, JsonObject frame) {
    String thread = Frames.thread(open.frame());
    return Objects.equals(open.clientId(), Frames.text(frame, "client_message_id"))
        && (thread == null || thread.equals("new") || thread.equals(Frames.thread(frame)));
  }

  private void authenticated(JsonObject frame, @Nullable Request request) {
    JsonObject who = Frames.object(frame, "user");
    String now = who == null ? null : Frames.text(who, "id");
    if (who == null || now == null) {
      return;
    }
    String session = request == null ? null : Frames.text(request.frame(), "session_token");
    String guest = session == null ? null : sessions.get(session);
    if (guest != null && request != null && request.frame().get("token") != null) {
      users.unite(guest, now);
    }
    if (user != null && anonymous && !user.equals(now)) {
      users.unite(user, now);
    }
    for (Request earlier : connection.requests()) {
      earlier.sentBy(now);
    }
    user = now;
    anonymous = who.isTrue("is_anonymous");
    expires = time(Frames.text(frame, "expires_at"));
    String handedOut = Frames.text(frame, "session_token");
    if (handedOut != null) {
      sessions.putIfAbsent(handedOut, now);
    }
  }

  private static @Nullable Instant time(@Nullable String text) {
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
