package life.avai.persistence;

import java.io.Serial;

/** The database refused something that it should not have: a defect, here or in the schema. */
public final class PersistenceException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  PersistenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
