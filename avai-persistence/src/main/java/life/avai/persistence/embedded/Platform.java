package life.avai.persistence.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A kind of machine that PostgreSQL's programs are included for.
 *
 * @param archive the resource that holds them
 * @param loader what the system must have to run them, or null when it always does
 */
record Platform(String archive, @Nullable Path loader) {

  static Platform current() {
    Platform platform = of(System.getProperty("os.name"), System.getProperty("os.arch"));
    if (platform.loader != null && !Files.exists(platform.loader)) {
      throw unsupported("a Linux without glibc (no " + platform.loader + ")");
    }
    return platform;
  }

  /** The platform with these values of the system properties {@code os.name}, {@code os.arch}. */
  static Platform of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    boolean arm =
        switch (osArch) {
          case "aarch64", "arm64" -> true;
          case "amd64", "x86_64" -> false;
          default -> throw unsupported(osName + " on " + osArch);
        };
    if (os.startsWith("mac")) {
      // Universal programs: the archives published for both processors are the same file.
      return new Platform("postgres-darwin-arm_64.txz", null);
    }
    if (!os.equals("linux")) {
      throw unsupported(osName + " on " + osArch);
    }
    return arm
        ? new Platform("postgres-linux-arm_64.txz", Path.of("/lib/ld-linux-aarch64.so.1"))
        : new Platform("postgres-linux-x86_64.txz", Path.of("/lib64/ld-linux-x86-64.so.2"));
  }

  static EmbeddedPostgresException unsupported(String what) {
    return new EmbeddedPostgresException(
        "no PostgreSQL is included for "
            + what
            + " (included: Linux with glibc and macOS, on x86-64 and arm64):"
            + " set DATABASE_URL to a PostgreSQL server");
  }
}
