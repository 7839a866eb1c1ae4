package life.avai.testkit.check;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.ThreadRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Database.UserRow;
import life.avai.testkit.check.Secrets.Secret;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P9: nothing of one user is in a frame to another, in what a canister is asked for another, or in
 * a log.
 *
 * <p>Told by the ids of stored threads, messages and turns, and by secrets that were planted with
 * {@link Recorder#secret}. A secret that was cut in two by the edge of a delta is found in the
 * whole text only.
 */
final class Isolated implements Check {
  @Override
  public void check(Observations run, Report report) {
    Secrets secrets =
        new Secrets(
            run.others(Event.Kind.SECRET).stream()
                .map(
                    event -> new Secret(event.frame().string("user"), event.frame().string("text")))
                .toList());
    for (Connection connection : run.connections()) {
      for (Seen seen : connection.frames()) {
        frame(run, seen, secrets, report);
      }
    }
    for (Event event : run.asked()) {
      asked(run, event, secrets, report);
    }
    for (Event event : run.others(Event.Kind.LOGGED)) {
      for (String user : secrets.in(event.frame().string("text"))) {
        report.add("a user's text is in a log", "user " + user, event);
      }
    }
  }

  private static void frame(Observations run, Seen seen, Secrets secrets, Report report) {
    JsonObject frame = seen.event().frame();
    for (String user : secrets.in(frame)) {
      // Before anybody is known, P13 tells.
      if (seen.user() != null && !run.users().areOne(user, seen.user())) {
        report.add(
            "a user's text reached another", "user " + user, "user " + seen.user(), seen.event());
      }
    }
    if (seen.user() == null) {
      return;
    }
    String owner = foreignOwner(run, frame, seen.user());
    if (owner != null) {
      report.add(
          "a frame about one user's thread reached another",
          "user " + owner,
          "user " + seen.user(),
          seen.event());
    }
  }

  /** The owner of the first thing that a frame names and that is not the user's. */
  private static @Nullable String foreignOwner(
      Observations run, JsonObject frame, @Nullable String user) {
    for (String owner : owners(run, frame)) {
      if (!run.users().areOne(owner, user)) {
        return owner;
      }
    }
    for (String list : List.of("messages", "threads")) {
      if (frame.get(list) instanceof List<?> items) {
        for (Object item : items) {
          String owner = item instanceof JsonObject object ? foreignOwner(run, object, user) : null;
          if (owner != null) {
            return owner;
          }
        }
      }
    }
    for (String part : List.of("message", "thread", "running")) {
      JsonObject object = Frames.object(frame, part);
      String owner = object == null ? null : foreignOwner(run, object, user);
      if (owner != null) {
        return owner;
      }
    }
    return null;
  }

  private static List<String> owners(Observations run, JsonObject frame) {
    String id = Frames.text(frame, "id");
    return Stream.of(
            ownerOfThread(run, Frames.thread(frame)),
            ownerOfThread(run, id),
            ownerOfMessage(run, id),
            ownerOfMessage(run, Frames.text(frame, "message_id")),
            ownerOfTurn(run, Frames.text(frame, "request_id")))
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }

  private static @Nullable String ownerOfThread(Observations run, @Nullable String id) {
    ThreadRow thread = run.thread(id);
    return thread == null ? null : thread.owner();
  }

  private static @Nullable String ownerOfMessage(Observations run, @Nullable String id) {
    MessageRow message = run.message(id);
    return message == null ? null : ownerOfThread(run, message.thread());
  }

  private static @Nullable String ownerOfTurn(Observations run, @Nullable String id) {
    TurnRow turn = run.turn(id);
    return turn == null ? null : ownerOfThread(run, turn.thread());
  }

  private static void asked(Observations run, Event event, Secrets secrets, Report report) {
    JsonObject frame = event.frame();
    ThreadRow thread = run.thread(Frames.text(frame, "conversation_id"));
    if (!frame.type().equals("process") || thread == null) {
      return;
    }
    String owner = thread.owner();
    for (String user : secrets.in(frame)) {
      if (!run.users().areOne(user, owner)) {
        report.add(
            "a user's text is in what a canister was asked for another",
            "user " + user,
            "user " + owner,
            event);
      }
    }
    String named = Frames.text(frame, "user_id");
    UserRow row = run.userRow(owner);
    if (named != null && row != null && !named.equals(row.subject())) {
      report.add("a canister was asked in another user's name", "user " + owner, event);
    }
  }
}
