package life.avai.testkit.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.ThreadRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Database.UserRow;
import org.jspecify.annotations.Nullable;

/** A recording, put in order for the checks: read once, then never changed. */
final class Observations {
  private final Recording recording;
  private final Users users = new Users();
  private final Map<Integer, ConnectionReader> connections = new LinkedHashMap<>();
  private final List<Event> asked = new ArrayList<>();
  private final List<Event> answered = new ArrayList<>();
  private final List<Event> others = new ArrayList<>();
  private final List<Request> sends = new ArrayList<>();
  private final Set<String> deletedThreads = new HashSet<>();
  private final Set<String> unseenPeople = new HashSet<>();
  private final Map<String, UserRow> userRows = new HashMap<>();
  private final Map<String, ThreadRow> threads = new HashMap<>();
  private final Map<String, MessageRow> messages = new HashMap<>();
  private final Map<String, TurnRow> turns = new HashMap<>();
  private final Map<String, List<MessageRow>> messagesByThread = new HashMap<>();
  private final Map<String, List<TurnRow>> turnsByMessage = new HashMap<>();

  Observations(Recording recording) {
    this.recording = recording;
    Map<String, String> sessions = new HashMap<>();
    for (Event event : recording.events()) {
      switch (event.kind()) {
        case OPENED, SENT, UNSEEN, RECEIVED, ENDED ->
            connections
                .computeIfAbsent(
                    event.peer(), number -> new ConnectionReader(number, users, sessions))
                .accept(event);
        case ASKED -> asked.add(event);
        case ANSWERED -> answered.add(event);
        case RECOVERED, GAUGE, LOGGED, SECRET, FAULT -> others.add(event);
      }
    }
    connections().forEach(this::index);
    sends.sort(Comparator.comparingLong(send -> send.event().order()));
    index(recording.database());
  }

  private void index(Connection connection) {
    for (Request request : connection.requests()) {
      String thread = Frames.thread(request.frame());
      switch (request.type()) {
        case "send_message" -> sends.add(request);
        case "delete_thread" -> {
          if (thread != null) {
            deletedThreads.add(thread);
          }
        }
        default -> {}
      }
    }
    if (connection.isUnseen()) {
      for (Seen seen : connection.frames()) {
        if (seen.user() != null) {
          unseenPeople.add(users.person(seen.user()));
        }
      }
    }
  }

  private void index(Database rows) {
    rows.users().forEach(row -> userRows.put(row.id(), row));
    rows.threads().forEach(row -> threads.put(row.id(), row));
    for (MessageRow row : rows.messages()) {
      messages.put(row.id(), row);
      messagesByThread.computeIfAbsent(row.thread(), id -> new ArrayList<>()).add(row);
    }
    messagesByThread
        .values()
        .forEach(list -> list.sort(Comparator.comparingLong(MessageRow::position)));
    for (TurnRow row : rows.turns()) {
      turns.put(row.id(), row);
      turnsByMessage.computeIfAbsent(row.message(), id -> new ArrayList<>()).add(row);
    }
    turnsByMessage.values().forEach(list -> list.sort(Comparator.comparingInt(TurnRow::revision)));
  }

  Database database() {
    return recording.database();
  }

  /** The rows at every moment at which they were read, oldest first. */
  List<Database> moments() {
    List<Database> all = new ArrayList<>(recording.snapshots());
    all.add(recording.database());
    return all;
  }

  Users users() {
    return users;
  }

  Collection<Connection> connections() {
    return connections.values().stream().map(ConnectionReader::connection).toList();
  }

  /** Every {@code send_message}, in the order in which they began. */
  List<Request> sends() {
    return sends;
  }

  /** What canisters were asked. */
  List<Event> asked() {
    return asked;
  }

  /** What canisters began to answer. */
  List<Event> answered() {
    return answered;
  }

  /** Events of one kind that no connection saw. */
  List<Event> others(Event.Kind kind) {
    return others.stream().filter(event -> event.kind() == kind).toList();
  }

  @Nullable UserRow userRow(String id) {
    return userRows.get(id);
  }

  @Nullable ThreadRow thread(@Nullable String id) {
    return id == null ? null : threads.get(id);
  }

  @Nullable MessageRow message(@Nullable String id) {
    return id == null ? null : messages.get(id);
  }

  @Nullable TurnRow turn(@Nullable String id) {
    return id == null ? null : turns.get(id);
  }

  /** The threads that have messages, each with them in order. */
  Map<String, List<MessageRow>> messagesByThread() {
    return messagesByThread;
  }

  /** The turns of a message, oldest first. */
  List<TurnRow> turnsOf(String message) {
    return turnsByMessage.getOrDefault(message, List.of());
  }

  /** Whether a thread that is not there may have been deleted: somebody began to ask for it. */
  boolean mayBeGone(@Nullable String thread) {
    return thread != null && !threads.containsKey(thread) && deletedThreads.contains(thread);
  }

  /** Whether somebody may have sent what was not recorded. */
  boolean isUnseen(@Nullable String user) {
    return user == null || unseenPeople.contains(users.person(user));
  }
}
