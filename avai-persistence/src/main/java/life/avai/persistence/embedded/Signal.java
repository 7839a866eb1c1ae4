package life.avai.persistence.embedded;

/** The ways to ask PostgreSQL to stop (its manual, "Shutting Down the Server"). */
enum Signal {
  /** Ends the sessions and writes everything out: nothing to recover at the next start. */
  FAST("INT"),
  /** Ends at once, as if it had crashed: the next start recovers from the write-ahead log. */
  IMMEDIATE("QUIT");

  private final String code;

  Signal(String code) {
    this.code = code;
  }

  String code() {
    return code;
  }
}
