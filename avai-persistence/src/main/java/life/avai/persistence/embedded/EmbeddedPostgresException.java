package life.avai.persistence.embedded;

import org.jspecify.annotations.Nullable;

/** The embedded PostgreSQL cannot do what was asked; the message says what a person can do. */
public final class EmbeddedPostgresException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmbeddedPostgresException(String message) {
    super(message);
  }

  EmbeddedPostgresException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
