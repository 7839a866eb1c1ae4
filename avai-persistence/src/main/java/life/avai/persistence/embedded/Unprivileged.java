package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How to run a program that refuses to be run by root, as PostgreSQL does.
 *
 * <p>A user namespace of its own makes root a nobody who still owns the files. Where the kernel
 * does not let us have one, PostgreSQL runs as the real nobody, and the files become his.
 */
final class Unprivileged {
  private static final String NOBODY = "65534";

  private final List<String> prefix;
  private final boolean asNobody;

  private Unprivileged(List<String> prefix, boolean asNobody) {
    this.prefix = prefix;
    this.asNobody = asNobody;
  }

  static Unprivileged detect() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return new Unprivileged(List.of(), false);
    }
    if (succeeds(List.of("unshare", "-U", "true"))) {
      return new Unprivileged(List.of("unshare", "-U"), false);
    }
    return new Unprivileged(
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), true);
  }

  /** What to put before a command. */
  List<String> prefix() {
    return prefix;
  }

  /** Makes sure that the program may use a directory and all that is in it. */
  void own(Path directory) throws IOException {
    if (!asNobody) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        Files.setAttribute(path, "unix:uid", Integer.valueOf(NOBODY));
        Files.setAttribute(path, "unix:gid", Integer.valueOf(NOBODY));
      }
    }
  }

  private static boolean succeeds(List<String> command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
