package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import life.avai.persistence.embedded.EmbeddedPostgresSettings.Durability;

/** PostgreSQL's files below a home directory, and the password of its user. */
final class DataDirectory {
  static final String USER = "postgres";

  private static final int PASSWORD_BYTES = 24;

  private final Path home;
  private final Path data;
  private final Path passwordFile;

  /**
   * @param home an existing directory, without symbolic links in its path
   */
  DataDirectory(Path home) {
    this.home = home;
    this.data = home.resolve("data");
    this.passwordFile = home.resolve("password");
  }

  Path path() {
    return data;
  }

  Path passwordFile() {
    return passwordFile;
  }

  String password() throws IOException {
    return Files.readString(passwordFile).strip();
  }

  /**
   * Makes the files at the first start, and later checks that the programs can open them.
   *
   * @throws EmbeddedPostgresException if another major version made them, or the password is lost
   */
  void prepare(
      Binaries binaries,
      ServerAccount account,
      Durability durability,
      ServerLog log,
      Deadline deadline)
      throws IOException, InterruptedException {
    if (Files.exists(data)) {
      requireVersion(binaries.majorVersion());
      requirePassword();
    } else {
      if (!Files.exists(passwordFile)) {
        makePassword();
      }
      account.own(passwordFile);
      initialise(binaries, account, durability, log, deadline);
    }
    account.own(data);
  }

  private void requireVersion(String supported) throws IOException {
    String found = Files.readString(data.resolve("PG_VERSION")).strip();
    if (!found.equals(supported)) {
      throw new EmbeddedPostgresException(
          "the data in "
              + data
              + " were made by PostgreSQL "
              + found
              + " and the included one is "
              + supported
              + ": move the directory away to start with an empty one, and load into that what a"
              + " PostgreSQL "
              + found
              + " dumps from the old one (pg_dump); or let such a server have the directory and set"
              + " DATABASE_URL to it");
    }
  }

  private void requirePassword() {
    if (!Files.exists(passwordFile)) {
      throw new EmbeddedPostgresException(
          "the password of the data in "
              + data
              + " is missing: put "
              + passwordFile
              + " back, or remove the data as well");
    }
  }

  private void makePassword() throws IOException {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Path partial = home.resolve("password.partial");
    Files.deleteIfExists(partial);
    Files.createFile(
        partial,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap((password + "\n").getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(partial, passwordFile, StandardCopyOption.ATOMIC_MOVE);
    FileTree.sync(home);
  }

  /**
   * Works beside the final place: files that initdb had not finished would look like a database.
   */
  private void initialise(
      Binaries binaries,
      ServerAccount account,
      Durability durability,
      ServerLog log,
      Deadline deadline)
      throws IOException, InterruptedException {
    String prefix = "data.partial-";
    try (DirectoryStream<Path> left = Files.newDirectoryStream(home, prefix + "*")) {
      for (Path path : left) {
        FileTree.delete(path);
      }
    }
    // A name of its own each time: the initdb of a killed process may still be writing.
    Path partial = Files.createTempDirectory(home, prefix);
    account.own(partial);
    List<String> command = new ArrayList<>();
    command.add(binaries.initdb().toString());
    command.add("--pgdata=" + partial);
    command.add("--username=" + USER);
    command.add("--pwfile=" + passwordFile);
    command.add("--auth=scram-sha-256");
    command.add("--encoding=UTF8");
    // PostgreSQL's own collation: the same on every machine, whatever locales it has.
    command.add("--no-locale");
    command.add("--locale-provider=builtin");
    command.add("--builtin-locale=C.UTF-8");
    if (durability == Durability.FAST_FOR_TESTS) {
      command.add("--no-sync");
    }
    run(account.command(command), log, deadline);
    Files.move(partial, data, StandardCopyOption.ATOMIC_MOVE);
    FileTree.sync(home);
  }

  private static void run(List<String> command, ServerLog log, Deadline deadline)
      throws IOException, InterruptedException {
    long position = log.position();
    Process process = ChildProcesses.builder(command).redirectOutput(log.redirect()).start();
    try {
      boolean ended = process.waitFor(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      if (!ended || process.exitValue() != 0) {
        throw new EmbeddedPostgresException(
            "initdb "
                + (ended ? "failed with status " + process.exitValue() : "took too long")
                + "; the end of "
                + log
                + ":\n"
                + log.since(position));
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
