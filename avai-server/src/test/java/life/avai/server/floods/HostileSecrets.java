package life.avai.server.floods;

import java.util.List;
import java.util.stream.Stream;

/** What is planted, so that it can be looked for where it must not be. */
final class HostileSecrets {
  static final String MESSAGE = "planted-message-7f3a9c ";
  static final String REPLY = "planted-reply-51be02";
  static final String BAD_TOKEN = "planted-token-c0ffee";
  static final String REFUSED = "planted-refused-90ab ";

  private HostileSecrets() {}

  /** Which of them are in what a server has said. */
  static List<String> in(String output) {
    return Stream.of(MESSAGE, REPLY, BAD_TOKEN, REFUSED)
        .map(String::strip)
        .filter(output::contains)
        .toList();
  }
}
