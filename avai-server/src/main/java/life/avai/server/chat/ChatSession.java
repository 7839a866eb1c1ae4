package life.avai.server.chat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who somebody was, and where they were, when they talked last: what a file keeps between two runs.
 *
 * @param token the anonymous session's, which is all that it takes to be that person
 * @param thread the thread that was talked in last; null when there was none
 */
record ChatSession(URI url, String token, @Nullable String thread) {
  private static final JsonMapper JSON = new JsonMapper();

  /** The one that a file has for this server; empty when there is none that can be read. */
  static Optional<ChatSession> read(Path file, URI url) {
    try {
      return Optional.of(JSON.readValue(Files.readString(file), ChatSession.class))
          .filter(session -> session.token() != null && url.equals(session.url()));
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  /** Writes it to a file that nobody else can read. */
  void write(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, JSON.writeValueAsString(this), StandardOpenOption.TRUNCATE_EXISTING);
  }
}
