package life.avai.server;

import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import life.avai.persistence.DatabaseCheck;
import life.avai.persistence.Inconsistency;
import life.avai.persistence.PersistenceException;
import life.avai.persistence.PostgresSettings;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresException;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;
import life.avai.persistence.embedded.RunningPostgres;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.DatabaseSettings;
import life.avai.server.settings.Environment;
import life.avai.server.settings.ServerSettings;
import org.jspecify.annotations.Nullable;

/**
 * {@code avai check}: looks for rows that contradict one another in the database that {@code serve}
 * would use with the same variables, and changes nothing. Servers may be using it meanwhile.
 */
final class CheckCommand {
  static final int SOUND = 0;
  static final int WRONG = 1;
  static final int NOT_CHECKED = 2;

  private static final String NO_TABLE = "42P01";

  /** A server notices at once; what it does about it may take a while when it is busy. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  private final PrintStream out;
  private final PrintStream err;

  CheckCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** The exit status. */
  int run(Map<String, String> variables) {
    try {
      ServerSettings settings = Environment.read(variables);
      return switch (settings.database()) {
        case DatabaseSettings.Embedded() -> embedded(settings);
        case DatabaseSettings.External(var url, var user, var password, var pooled) ->
            check(Storage.of(settings, url, user, password, !pooled));
      };
    } catch (ConfigurationException | EmbeddedPostgresException e) {
      return notChecked(e.getMessage());
    } catch (PersistenceException e) {
      return notChecked(e.getMessage() + reason(e));
    }
  }

  /** What the database said, in a line: what stands round it are statements of ours. */
  private static String reason(PersistenceException error) {
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return NO_TABLE.equals(sql.getSQLState())
            ? ": it has no tables of AVAI; set DATABASE_URL and AVAI_DB_SCHEMA as for serve"
            : ": " + String.valueOf(sql.getMessage()).lines().findFirst().orElse("");
      }
    }
    return "";
  }

  private int embedded(ServerSettings settings) {
    Path home = Storage.home(settings);
    if (!RunningPostgres.isInitialised(home)) {
      return notChecked(
          "there is no database in " + home + ": set DATABASE_URL, or AVAI_DATA_DIR, as for serve");
    }
    Optional<RunningPostgres> running = RunningPostgres.in(home);
    if (running.isPresent()) {
      RunningPostgres server = running.get();
      return check(Storage.of(settings, server.jdbcUrl(), server.user(), server.password(), true));
    }
    try (EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresSettings.durable(home))) {
      return check(Storage.of(settings, server.jdbcUrl(), server.user(), server.password(), true));
    }
  }

  private int check(PostgresSettings settings) {
    DatabaseCheck.Result result = new DatabaseCheck(settings, GRACE).run();
    result.inconsistencies().forEach(out::println);
    String looked =
        "%d threads, %d messages, %d turns"
            .formatted(result.threads(), result.messages(), result.turns());
    if (result.inconsistencies().isEmpty()) {
      out.println("Nothing is wrong: " + looked);
      return SOUND;
    }
    Map<Inconsistency.Rule, Long> byRule =
        result.inconsistencies().stream()
            .collect(Collectors.groupingBy(Inconsistency::rule, Collectors.counting()));
    out.println(
        "%d problems in %s; at most %d of a kind are told"
            .formatted(result.inconsistencies().size(), looked, DatabaseCheck.AT_MOST));
    byRule.forEach((rule, count) -> out.println("  " + rule + " " + count));
    return WRONG;
  }

  private int notChecked(@Nullable String why) {
    err.println("avai: not checked: " + why);
    return NOT_CHECKED;
  }
}
