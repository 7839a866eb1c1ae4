package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.fault.Direction;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Somebody who talks to one server while it breaks, and of whose words it is known how far they had
 * come at that moment: what other people do then is chance.
 */
final class Witness implements AutoCloseable {
  /** What a canister should answer for some seconds, the first time that it is asked. */
  static final String AT_LENGTH = "at length";

  private static final int ATTEMPTS = 20;
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final TestDatabase database;
  private final Node node;
  private final Device device;

  Witness(World world, Node node) {
    this.database = world.database();
    this.node = node;
    this.device = new Device(node::address, world.recorder().client(), null);
  }

  /** Breaks something in the middle of a reply; tells whether another process had to end it. */
  boolean inMidReply(Runnable fault) {
    JsonObject sent = say("Tell me " + AT_LENGTH, UUID.randomUUID());
    String owner = "select owner from turns where id = '" + sent.string("request_id") + "'";
    if (!device.awaitText(sent.string("thread_id"), PATIENCE)) {
      return false;
    }
    String before = database.one(owner);
    fault.run();
    JsonObject unused = device.awaitOutcome(sent.string("request_id"), PATIENCE);
    return before != null && !before.equals(database.one(owner));
  }

  /**
   * Breaks something when a message is committed and the server does not know it. It is repeated
   * until it is acknowledged.
   */
  void afterUnheardCommit(Runnable fault) {
    try (ExecutorService mouth = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        // A database connection that was used just now is not tested before its next use.
        JsonObject unused = say("Are you there?", UUID.randomUUID());
        node.database().hold(Direction.BACK);
        UUID id = UUID.randomUUID();
        Future<JsonObject> said = mouth.submit(() -> say("And now?", id));
        boolean kept = isKept(id);
        if (kept) {
          fault.run();
        }
        node.database().pass();
        JsonObject alsoUnused = said.get();
        if (kept) {
          return;
        }
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("nothing reaches the database of " + node.name());
  }

  /**
   * Keeps a thread's row until PostgreSQL has broken off a save into it, which waits no longer than
   * the store allows, and the server has come again.
   */
  void untilSaveIsRepeated() {
    JsonObject first = say("Are you there?", UUID.randomUUID());
    String thread = first.string("thread_id");
    JsonObject unused = device.awaitOutcome(first.string("request_id"), PATIENCE);
    try (ExecutorService mouth = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<JsonObject> said;
      try (Connection connection = database.dataSource().getConnection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("select 1 from threads where id = '" + thread + "' for update");
        int keeper = connection.unwrap(PGConnection.class).getBackendPID();
        said = mouth.submit(() -> device.send(thread, "And now?", UUID.randomUUID().toString()));
        String broken = awaitKeptOutBy(keeper, null);
        String repeated = awaitKeptOutBy(keeper, broken);
        assertThat(repeated).isNotEqualTo(broken);
        connection.rollback();
      }
      JsonObject alsoUnused = said.get();
    } catch (SQLException | InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for a statement that waits for somebody; tells when it began. */
  private String awaitKeptOutBy(int backend, @Nullable String otherThan) {
    String waiting =
        "select query_start from pg_stat_activity where "
            + backend
            + " = any (pg_blocking_pids(pid))";
    long end = System.nanoTime() + PATIENCE.toNanos();
    String found = database.one(waiting);
    while (found == null || found.equals(otherThan)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no save waits for the thread");
      }
      LockSupport.parkNanos(5_000_000);
      found = database.one(waiting);
    }
    return found;
  }

  private JsonObject say(String content, UUID id) {
    return device.send("new", content, id.toString());
  }

  private boolean isKept(UUID id) {
    String kept = "select 1 from messages where client_message_id = '" + id + "'";
    long end = System.nanoTime() + SHORT.toNanos();
    while (database.one(kept) == null) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return true;
  }

  @Override
  public void close() {
    device.close();
    assertThat(device.complaints()).as("complaints of the witness").isEmpty();
  }
}
