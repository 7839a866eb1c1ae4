package life.avai.domain;

import org.jspecify.annotations.Nullable;

/** The store cannot be reached just now; trying again may help. */
public final class StoreUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
