package life.avai.server.doctor;

import static life.avai.server.doctor.Finding.note;
import static life.avai.server.doctor.Finding.ok;
import static life.avai.server.doctor.Finding.wrong;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import life.avai.persistence.DatabaseProbe;
import life.avai.persistence.PostgresSettings;
import life.avai.persistence.embedded.RunningPostgres;
import life.avai.persistence.migration.SchemaException;
import life.avai.server.settings.DatabaseSettings;
import life.avai.server.settings.ServerSettings;

/** Whether the database is there, is one that can be used, and is used as it should be. */
final class DatabaseExamination implements Examination {
  private static final String SUBJECT = "database";
  private static final int OLDEST = 14;
  private static final int NEWEST = 18;
  private static final Duration FAR = Duration.ofMillis(20);
  private static final Duration SKEW = Duration.ofSeconds(2);
  private static final long MEBIBYTE = 1L << 20;
  private static final long LITTLE_SPACE = 1_024 * MEBIBYTE;
  private static final long NO_SPACE = 128 * MEBIBYTE;

  private final ServerSettings settings;
  private final InstantSource clock;
  private final List<Finding> found = new ArrayList<>();

  DatabaseExamination(ServerSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public List<Finding> look() {
    switch (settings.database()) {
      case DatabaseSettings.Embedded() -> embedded();
      case DatabaseSettings.External external ->
          external(external.jdbcUrl(), external.user(), external.password(), external.pooled());
    }
    return found;
  }

  private void embedded() {
    Path data = settings.dataDirectory().toAbsolutePath();
    Path existing = data;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing) || !isWritable(existing)) {
      found.add(
          wrong(
              "data",
              existing + " cannot be written to",
              "point AVAI_DATA_DIR at a directory of the user that runs the server"));
      return;
    }
    found.add(ok("data", "embedded PostgreSQL in " + data));
    space(existing);
    Path home = data.resolve("postgres");
    Optional<RunningPostgres> running = RunningPostgres.in(home);
    if (running.isPresent()) {
      RunningPostgres server = running.get();
      external(server.jdbcUrl(), server.user(), server.password(), false);
    } else {
      found.add(
          ok(
              SUBJECT,
              RunningPostgres.isInitialised(home)
                  ? "not running now; serve starts it"
                  : "none yet; serve makes it"));
    }
  }

  /** Tried, because rights are not all that can be in the way. */
  private static boolean isWritable(Path directory) {
    try {
      Files.delete(Files.createTempFile(directory, ".avai-doctor", null));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void space(Path directory) {
    try {
      long free = Files.getFileStore(directory).getUsableSpace();
      String text = free / MEBIBYTE + " MiB are free on the disk of " + directory;
      String remedy = "make room; without it PostgreSQL stops";
      found.add(
          free < NO_SPACE
              ? wrong("disk", text, remedy)
              : free < LITTLE_SPACE ? note("disk", text, remedy) : ok("disk", text));
    } catch (IOException e) {
      found.add(
          note("disk", "the free space of " + directory + " cannot be read", "look yourself"));
    }
  }

  private void external(String url, String user, String password, boolean pooled) {
    String place = url.replaceAll("\\?.*", "");
    PostgresSettings postgres =
        new PostgresSettings(
            url,
            user,
            password,
            settings.databasePoolSize(),
            settings.databaseSchema(),
            false,
            settings.context().messages(),
            1);
    try {
      judge(place, pooled, new DatabaseProbe(postgres, clock).look());
    } catch (SQLException e) {
      found.add(unreachable(place, e));
    } catch (SchemaException e) {
      found.add(
          wrong(
              "schema",
              "the history of schema " + settings.databaseSchema() + " cannot be read",
              "let the user of DATABASE_URL own the tables, or name another AVAI_DB_SCHEMA"));
    }
  }

  /** By the class of its state: what the driver says itself may hold more than we want to tell. */
  private static Finding unreachable(String place, SQLException error) {
    String state = error.getSQLState() == null ? "" : error.getSQLState();
    return switch (state) {
      case "28P01", "28000" ->
          wrong(
              SUBJECT,
              place + " refuses the user or the password",
              "correct them in DATABASE_URL, with special characters as %..");
      case "3D000" -> wrong(SUBJECT, place + " is no database there", "create it, or name another");
      case "53300" ->
          wrong(
              SUBJECT,
              place + " has no connection left",
              "lower AVAI_DB_POOL_SIZE on every server, or raise max_connections");
      default ->
          wrong(
              SUBJECT,
              place + " cannot be reached" + (state.isEmpty() ? "" : " (SQLSTATE " + state + ")"),
              "is it running, are host and port in DATABASE_URL right, is sslmode, is there a"
                  + " firewall? Supabase's direct address speaks IPv6 only; its pooler speaks"
                  + " both");
    };
  }

  private void judge(String place, boolean pooled, DatabaseProbe.Findings now) {
    String version = "PostgreSQL " + now.version() + " at " + place;
    found.add(
        now.major() < OLDEST
            ? wrong(SUBJECT, version, "use PostgreSQL " + OLDEST + " to " + NEWEST)
            : now.major() > NEWEST
                ? note(SUBJECT, version + " is newer than what was tried", "watch the log")
                : ok(SUBJECT, version));
    String away = "%.1f ms away".formatted(now.roundTrip().toNanos() / 1e6);
    found.add(
        now.roundTrip().compareTo(FAR) > 0
            ? note(SUBJECT, away, "every message waits that long; put server and database together")
            : ok(SUBJECT, away));
    schema(now);
    connections(now, pooled);
    Duration skew = now.ahead().abs();
    String clocks = "the database's clock is %d ms from ours".formatted(skew.toMillis());
    found.add(
        skew.compareTo(SKEW) > 0
            ? wrong("clock", clocks, "keep both in time with NTP")
            : ok("clock", clocks));
  }

  private void schema(DatabaseProbe.Findings now) {
    String name = settings.databaseSchema();
    if (now.schema().newer()) {
      found.add(
          wrong(
              "schema",
              name + " was made by a newer AVAI (version " + now.schema().version() + ")",
              "start that version; there is no way back"));
    } else if (now.schema().pending() > 0 && !now.mayMigrate()) {
      found.add(
          wrong(
              "schema",
              name + " wants " + now.schema().pending() + " migrations, which this user may not do",
              "grant create on the schema to the user of DATABASE_URL"));
    } else {
      found.add(
          ok(
              "schema",
              now.schema().pending() == 0
                  ? name + " is up to date (version " + now.schema().version() + ")"
                  : name + " wants " + now.schema().pending() + " migrations; serve does them"));
    }
  }

  private void connections(DatabaseProbe.Findings now, boolean pooled) {
    int wanted = settings.databasePoolSize();
    String text =
        "AVAI_DB_POOL_SIZE is %d; the database takes %d and has %d"
            .formatted(wanted, now.maxConnections(), now.connections());
    found.add(
        wanted > now.maxConnections()
            ? wrong("pool", text, "lower AVAI_DB_POOL_SIZE, or raise max_connections")
            : ok("pool", text));
    if (now.pooled() && !pooled) {
      found.add(
          wrong(
              "pooler",
              "a pooler in transaction mode stands before the database",
              "add pgbouncer=true to DATABASE_URL, or use port 5432 (session mode)"));
    } else if (pooled && !now.pooled()) {
      found.add(
          note(
              "pooler",
              "DATABASE_URL promises a pooler in transaction mode, and none was noticed",
              "without it statements could be prepared, which is a little quicker"));
    }
  }
}
