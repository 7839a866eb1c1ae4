package life.avai.testkit.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** A frame that a client began to send, with what answered it. */
final class Request {
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private final Event event;
  private final Connection connection;
  private final List<Event> answers = new ArrayList<>(1);
  private @Nullable String user;

  /** What became of a request, as far as its client can know. */
  enum Fate {
    ACKNOWLEDGED,
    REFUSED,
    UNKNOWN
  }

  Request(Event event, Connection connection, @Nullable String user) {
    this.event = event;
    this.connection = connection;
    this.user = user;
  }

  Event event() {
    return event;
  }

  JsonObject frame() {
    return event.frame();
  }

  String type() {
    return switch (frame().type()) {
      case "auth" -> "authenticate";
      default -> frame().type();
    };
  }

  Connection connection() {
    return connection;
  }

  /** Who sent it; null for nobody, or somebody whose name did not come back. */
  @Nullable String user() {
    return user;
  }

  List<Event> answers() {
    return answers;
  }

  void answered(Event answer, @Nullable String by) {
    answers.add(answer);
    if (by != null) {
      user = by;
    }
  }

  /** Names the user of a request that was sent before its connection was authenticated. */
  void sentBy(String who) {
    if (user == null) {
      user = who;
    }
  }

  @Nullable Event answer(String type) {
    for (Event answer : answers) {
      if (answer.frame().type().equals(type)) {
        return answer;
      }
    }
    return null;
  }

  Fate fate() {
    boolean refused = false;
    for (Event answer : answers) {
      if (!answer.frame().type().equals("error")) {
        return Fate.ACKNOWLEDGED;
      }
      refused |= Frames.isDefinite(answer.frame());
    }
    return refused ? Fate.REFUSED : Fate.UNKNOWN;
  }

  /** The client's name for the message. */
  @Nullable String clientId() {
    String id = Frames.text(frame(), "client_message_id");
    if (id == null) {
      String alias = Frames.text(frame(), "messageId");
      id = alias != null && UUID.matcher(alias).matches() ? alias : null;
    }
    return id == null ? null : id.toLowerCase(Locale.ROOT);
  }

  String content() {
    String content = Frames.text(frame(), "content");
    return content == null ? "" : content;
  }
}
