package life.avai.persistence.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server that belongs to this process: nobody else can reach it without the password
 * that lies in its home directory, and it stops when this process ends, even by {@code kill -9}.
 *
 * <p>It listens on 127.0.0.1 only, on a port that is free at each start. Its data stay in the home
 * directory. A second process that names the same home is refused. A server that was left behind by
 * a process and a watchdog that were both killed is stopped at the next start.
 *
 * <p>Runs on Linux (glibc) and macOS, on x86-64 and arm64; also as root, by giving root's rights
 * up. Safe for use by many threads at once. Every method that can fail throws {@link
 * EmbeddedPostgresException}.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EmbeddedPostgres.class.getName());
  static final String DEFAULT_DATABASE = "postgres";
  private static final Pattern DATABASE_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private final EmbeddedPostgresSettings settings;
  private final DirectoryLock directoryLock;
  private final Launcher launcher;
  private final int port;
  private final String password;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Postmaster postmaster; // guarded by lock; null while stopped
  private boolean closed; // guarded by lock

  private EmbeddedPostgres(
      EmbeddedPostgresSettings settings,
      DirectoryLock directoryLock,
      Launcher launcher,
      Postmaster postmaster,
      String password) {
    this.settings = settings;
    this.directoryLock = directoryLock;
    this.launcher = launcher;
    this.postmaster = postmaster;
    this.port = postmaster.port();
    this.password = password;
  }

  /**
   * Starts it, and at the first time makes its files, which takes some seconds.
   *
   * @throws EmbeddedPostgresException if the directory is in use, holds the data of another major
   *     version or is not ours; if nothing is included for this platform; if the server did not
   *     come up in time; if the calling thread was interrupted, which stays set
   */
  public static EmbeddedPostgres start(EmbeddedPostgresSettings settings) {
    return start(settings, ServerAccount::choose, EmbeddedPostgres::freePort);
  }

  /** Finds out whom the server runs as. */
  interface AccountChoice {
    ServerAccount choose() throws IOException, InterruptedException;
  }

  static EmbeddedPostgres start(
      EmbeddedPostgresSettings settings, AccountChoice accounts, IntSupplier ports) {
    return attempt(
        "start PostgreSQL in " + settings.home(),
        () -> {
          Files.createDirectories(settings.home());
          DirectoryLock directoryLock = DirectoryLock.acquire(settings.home());
          try {
            return start(settings, directoryLock, accounts.choose(), ports);
          } catch (IOException | InterruptedException | RuntimeException e) {
            directoryLock.close();
            throw e;
          }
        });
  }

  private static EmbeddedPostgres start(
      EmbeddedPostgresSettings settings,
      DirectoryLock directoryLock,
      ServerAccount account,
      IntSupplier ports)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Deadline deadline = Deadline.in(settings.startTimeout());
    Path home = settings.home().toRealPath();
    DataDirectory data = new DataDirectory(home);
    Orphan.stop(data.path());
    Binaries binaries = BinariesArchive.of(Platform.current()).unpackInto(settings.binaries());
    account.requireReach(home);
    account.requireReach(binaries.directory());
    ServerLog log = ServerLog.open(home.resolve("postgres.log"));
    data.prepare(binaries, account, settings.durability(), log, deadline);
    Launcher launcher = new Launcher(settings, binaries, account, data, log);
    Postmaster postmaster = launcher.startOnAny(ports, deadline);
    var postgres =
        new EmbeddedPostgres(settings, directoryLock, launcher, postmaster, data.password());
    try {
      postgres.connect().close();
    } catch (SQLException e) {
      postmaster.stop(Signal.FAST);
      throw new EmbeddedPostgresException(
          "PostgreSQL in " + home + " does not accept the password in " + data.passwordFile(), e);
    }
    LOG.log(
        Level.INFO,
        "PostgreSQL ready: port={0} took={1}ms home={2}",
        Integer.toString(postmaster.port()),
        Long.toString((System.nanoTime() - begin) / 1_000_000),
        home);
    return postgres;
  }

  /** The address of the database {@code postgres}, without user and password. */
  public String jdbcUrl() {
    return jdbcUrl(DEFAULT_DATABASE);
  }

  /**
   * The address of a database, without user and password; it stays the same over restarts.
   *
   * @param database lower-case letters, digits and underscores; need not exist yet
   * @throws IllegalArgumentException if it has other characters or more than 63
   */
  public String jdbcUrl(String database) {
    if (!DATABASE_NAME.matcher(database).matches()) {
      throw new IllegalArgumentException(
          "database: " + database + " (expected: " + DATABASE_NAME + ")");
    }
    return jdbcUrl(port, database);
  }

  static String jdbcUrl(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** Where it listens on 127.0.0.1; stays the same over restarts. */
  public int port() {
    return port;
  }

  /** The only user there is; may do everything. */
  public String user() {
    return DataDirectory.USER;
  }

  /** The password of the user, generated at the first start; never log it. */
  public String password() {
    return password;
  }

  /**
   * Makes an empty database; takes a few tens of milliseconds.
   *
   * @param name lower-case letters, digits and underscores; not in use
   * @return its address, as {@link #jdbcUrl(String)} gives it
   */
  public String createDatabase(String name) {
    String url = jdbcUrl(name);
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE \"" + name + '"');
    } catch (SQLException e) {
      throw new EmbeddedPostgresException("cannot create the database " + name, e);
    }
    return url;
  }

  /**
   * Stops it if it runs, ending all sessions, and starts it again on the same port.
   *
   * @throws IllegalStateException if it was closed
   */
  public void restart() {
    lock.lock();
    try {
      requireOpen();
      stop(Signal.FAST);
      postmaster =
          attempt(
              "restart PostgreSQL in " + settings.home(),
              () -> launcher.startOn(port, Deadline.in(settings.startTimeout())));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops it at once, as a crash would: open transactions are lost, committed ones are recovered by
   * {@link #restart()}. For tests of what happens when the database is away.
   *
   * @throws IllegalStateException if it was closed
   */
  public void kill() {
    lock.lock();
    try {
      requireOpen();
      stop(Signal.IMMEDIATE);
    } finally {
      lock.unlock();
    }
  }

  /** Ends all sessions, writes everything out, stops it and gives the directory back. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        stop(Signal.FAST);
        directoryLock.close();
        LOG.log(Level.INFO, "PostgreSQL stopped: home={0}", settings.home());
      }
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot give back " + settings.home(), e);
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("PostgreSQL in " + settings.home() + " was closed");
    }
  }

  private void stop(Signal signal) {
    if (postmaster != null) {
      postmaster.stop(signal);
      postmaster = null;
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), user(), password);
  }

  /** Free at this moment; somebody may still be quicker, hence the attempts. */
  private static int freePort() {
    try (ServerSocket socket =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  private static <T> T attempt(String what, Work<T> work) {
    try {
      return work.run();
    } catch (AccessDeniedException e) {
      throw new EmbeddedPostgresException(
          "cannot "
              + what
              + ": no access to "
              + e.getFile()
              + ", so run as its owner or choose another directory",
          e);
    } catch (IOException | UncheckedIOException e) {
      throw new EmbeddedPostgresException("cannot " + what + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("interrupted while trying to " + what, e);
    }
  }
}
