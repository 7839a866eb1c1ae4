package life.avai.persistence.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import life.avai.persistence.embedded.EmbeddedPostgresSettings.Durability;

/**
 * A PostgreSQL that belongs to this process: on the loopback only, behind a generated password,
 * with data that stay.
 *
 * <p>It ends with this process, also when that is killed, because a shell beside it reads a pipe
 * from us and stops it when the pipe closes. Should the shell be killed too, the next start on the
 * same directory stops what was left.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EmbeddedPostgres.class.getName());
  private static final String USER = "postgres";
  private static final String DATABASE = "postgres";
  private static final int PORT_TRIES = 5;

  private final EmbeddedPostgresSettings settings;
  private final FileChannel lockFile;
  private final String password;
  private final Path programs;
  private final Unprivileged unprivileged;
  private PostgresProcess process;
  private int port;

  private EmbeddedPostgres(
      EmbeddedPostgresSettings settings,
      FileChannel lockFile,
      String password,
      Path programs,
      Unprivileged unprivileged,
      PostgresProcess process,
      int port) {
    this.settings = settings;
    this.lockFile = lockFile;
    this.password = password;
    this.programs = programs;
    this.unprivileged = unprivileged;
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it and waits until it takes connections.
   *
   * @throws EmbeddedPostgresException when it cannot be started; says why
   */
  public static EmbeddedPostgres start(EmbeddedPostgresSettings settings) {
    Path home = settings.home();
    FileChannel lockFile = lock(home);
    boolean started = false;
    try {
      Path programs = PostgresBinaries.unpackInto(settings.binaries());
      Unprivileged unprivileged = Unprivileged.detect();
      Path data = home.resolve("pg");
      PostgresProcess.stopOrphan(data);
      String password = initialise(home, data, programs, unprivileged);
      for (int attempt = 1; ; attempt++) {
        int port = freePort();
        PostgresProcess process =
            PostgresProcess.launch(settings, data, programs, unprivileged, port);
        if (process.awaitReady(url(port, DATABASE), USER, password, settings.startTimeout())) {
          EmbeddedPostgres running =
              new EmbeddedPostgres(
                  settings, lockFile, password, programs, unprivileged, process, port);
          started = true;
          return running;
        }
        String log = process.lastLog();
        process.stop();
        // Somebody else may have taken the port between our look and PostgreSQL's.
        if (attempt == PORT_TRIES || !log.contains("could not bind")) {
          throw new EmbeddedPostgresException(
              "the embedded PostgreSQL in " + home + " did not come up; it said:\n" + log);
        }
      }
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "the embedded PostgreSQL in " + home + " cannot be started: " + e.getMessage(), e);
    } finally {
      if (!started) {
        release(lockFile);
      }
    }
  }

  /** Where to connect, as {@link #user} with {@link #password}. */
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  public synchronized String jdbcUrl(String database) {
    return url(port, database);
  }

  public String user() {
    return USER;
  }

  /** The generated password. Never log it. */
  public String password() {
    return password;
  }

  public synchronized int port() {
    return port;
  }

  /**
   * Makes an empty database.
   *
   * @param name lower-case letters, digits and underscores
   */
  public void createDatabase(String name) {
    if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
      throw new IllegalArgumentException("name: " + name + " (expected: [a-z][a-z0-9_]*)");
    }
    try (Connection connection = DriverManager.getConnection(jdbcUrl(), USER, password);
        Statement statement = connection.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new EmbeddedPostgresException("cannot make database " + name, e);
    }
  }

  /** Ends it without a checkpoint, as a power cut would: for fault tests. */
  public synchronized void kill() {
    process.kill();
  }

  /** Starts it again on the same port, after {@link #kill} or while it runs. */
  public synchronized void restart() {
    process.stop();
    try {
      process =
          PostgresProcess.launch(
              settings, settings.home().resolve("pg"), programs, unprivileged, port);
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot start PostgreSQL again", e);
    }
    if (!process.awaitReady(jdbcUrl(), USER, password, settings.startTimeout())) {
      throw new EmbeddedPostgresException(
          "PostgreSQL did not come up again; it said:\n" + process.lastLog());
    }
  }

  @Override
  public synchronized void close() {
    try {
      process.stop();
    } finally {
      release(lockFile);
    }
  }

  private static String url(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  private static FileChannel lock(Path home) {
    try {
      Files.createDirectories(home);
      FileChannel channel =
          FileChannel.open(
              home.resolve("avai.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        channel.close();
        throw new EmbeddedPostgresException(
            "the data directory "
                + home
                + " is in use by another process; stop it, or set AVAI_DATA_DIR to another one");
      }
      return channel;
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "the data directory " + home + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static void release(FileChannel lockFile) {
    try {
      lockFile.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the lock of the data directory stays: {0}", e);
    }
  }

  /** Makes the data directory at the first start; tells the password that was chosen then. */
  private static String initialise(Path home, Path data, Path programs, Unprivileged unprivileged)
      throws IOException {
    Path passwordFile = home.resolve("pg-password");
    Path version = data.resolve("PG_VERSION");
    if (Files.exists(version)) {
      String made = Files.readString(version).strip();
      if (!made.equals(PostgresBinaries.MAJOR_VERSION)) {
        throw new EmbeddedPostgresException(
            "the data in "
                + data
                + " were made by PostgreSQL "
                + made
                + ", and this program brings "
                + PostgresBinaries.MAJOR_VERSION
                + "; dump them with the old version and restore them into a new AVAI_DATA_DIR");
      }
      return Files.readString(passwordFile).strip();
    }
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    Files.deleteIfExists(passwordFile);
    Files.createFile(
        passwordFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(passwordFile, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    // A first start that was killed half way leaves a directory without PG_VERSION: begin again.
    DataDirectory.replaceByEmpty(data);
    unprivileged.own(home);
    List<String> command = new ArrayList<>(unprivileged.prefix());
    command.addAll(
        List.of(
            programs.resolve("bin/initdb").toString(),
            "--auth=scram-sha-256",
            "--username=" + USER,
            "--pwfile=" + passwordFile,
            "--pgdata=" + data,
            "--encoding=UTF-8",
            "--locale=C",
            "--no-instructions"));
    Process initdb = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(initdb.getInputStream().readAllBytes(), UTF_8);
    try {
      if (initdb.waitFor() != 0) {
        throw new EmbeddedPostgresException("initdb failed in " + data + ":\n" + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("interrupted while making the data directory", e);
    }
    return Files.readString(passwordFile).strip();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Whether commits survive a power cut. */
  public boolean isDurable() {
    return settings.durability() == Durability.DURABLE;
  }

  /** The pid of the watchdog shell, for tests that kill it. */
  long watchdogPid() {
    return process.pid();
  }
}
