package life.avai.server.floods;

/** What is planted, so that it can be looked for where it must not be. */
final class HostileSecrets {
  static final String MESSAGE = "planted-message-7f3a9c ";
  static final String REPLY = "planted-reply-51be02";
  static final String BAD_TOKEN = "planted-token-c0ffee";
  static final String REFUSED = "planted-refused-90ab ";

  private HostileSecrets() {}
}
