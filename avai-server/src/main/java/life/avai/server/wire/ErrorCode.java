package life.avai.server.wire;

/** What can be wrong with a request; the names are those of the wire. */
public enum ErrorCode {
  INVALID_JSON(false),
  INVALID_MESSAGE(false),
  UNKNOWN_TYPE(false),
  CONTENT_TOO_LARGE(false),
  INVALID_CONTENT(false),
  AUTH_REQUIRED(false),
  AUTH_FAILED(false),
  AUTH_EXPIRED(false),
  RATE_LIMITED(true),
  TOO_MANY_CONNECTIONS(true),
  THREAD_NOT_FOUND(false),
  MISSING_THREAD_ID(false),
  CONFLICT(false),
  IDEMPOTENCY_CONFLICT(false),
  BUSY(true),
  STORE_UNAVAILABLE(true),
  SHUTTING_DOWN(true),
  INTERNAL(true);

  private final boolean retryable;

  ErrorCode(boolean retryable) {
    this.retryable = retryable;
  }

  /** Whether the same request may succeed later. */
  public boolean isRetryable() {
    return retryable;
  }
}
