package life.avai.persistence.migration;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The database's schema is not one that this program can work with. */
public final class SchemaException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String sqlState;

  SchemaException(String message, @Nullable Throwable cause) {
    this(message, "", cause);
  }

  SchemaException(String message, String sqlState, @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = sqlState;
  }

  /** What PostgreSQL calls the reason, five characters; empty when it was not the one to refuse. */
  public String sqlState() {
    return sqlState;
  }
}
