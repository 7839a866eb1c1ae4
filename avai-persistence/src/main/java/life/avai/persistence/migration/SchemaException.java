package life.avai.persistence.migration;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The database's schema is not one that this program can work with. */
public final class SchemaException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  SchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
