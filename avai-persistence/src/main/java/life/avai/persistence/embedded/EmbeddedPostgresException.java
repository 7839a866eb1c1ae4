package life.avai.persistence.embedded;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The embedded PostgreSQL could not be run; the message says why and what to do. */
public final class EmbeddedPostgresException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  EmbeddedPostgresException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  EmbeddedPostgresException(String message) {
    this(message, null);
  }
}
