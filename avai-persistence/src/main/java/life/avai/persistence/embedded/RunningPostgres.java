package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * An embedded PostgreSQL that some process of this machine has started: how to reach it beside that
 * process, to look at what it keeps.
 *
 * @param jdbcUrl the address, without user and password
 * @param user the only user there is
 * @param password the user's; never log it
 */
public record RunningPostgres(String jdbcUrl, String user, String password) {
  /**
   * Finds it.
   *
   * @param home as the process that started it named it
   * @return empty when none is ready there
   * @throws EmbeddedPostgresException if the files of the home directory cannot be read
   */
  public static Optional<RunningPostgres> in(Path home) {
    if (!isInitialised(home)) {
      return Optional.empty();
    }
    try {
      DataDirectory data = new DataDirectory(home.toRealPath());
      Optional<PostmasterFile> file = PostmasterFile.read(data.path());
      if (file.isEmpty() || !file.get().ready() || ProcessHandle.of(file.get().pid()).isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new RunningPostgres(
              EmbeddedPostgres.jdbcUrl(file.get().port(), EmbeddedPostgres.DEFAULT_DATABASE),
              DataDirectory.USER,
              data.password()));
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot read the files in " + home, e);
    }
  }

  /** Whether there is a database in a home directory, running or not. */
  public static boolean isInitialised(Path home) {
    return Files.exists(home.resolve("data"));
  }

  /** Tells nothing of the password. */
  @Override
  public String toString() {
    return jdbcUrl;
  }
}
