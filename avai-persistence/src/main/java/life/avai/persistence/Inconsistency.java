package life.avai.persistence;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * A row that contradicts another one. Has ids and numbers, and nothing that anybody wrote.
 *
 * @param rule which rule it breaks
 * @param id of the thread, message or turn that the rule is about
 * @param detail what is wrong with it
 */
public record Inconsistency(Rule rule, UUID id, String detail) {
  public Inconsistency {
    requireNonNull(rule, "rule");
    requireNonNull(id, "id");
    requireNonNull(detail, "detail");
  }

  /** What the rows must agree on; docs/operations.md lists them for operators. */
  public enum Rule {
    /** The positions of a thread's messages are 1 to n. */
    POSITIONS("thread"),
    /** {@code message_count} and {@code last_message_at} are those of the messages. */
    COUNTERS("thread"),
    /** A thread has a turn for each user message, and one for each regenerate. */
    TURNS("thread"),
    /** A user message is its thread's owner's. */
    AUTHOR("message"),
    /** Every user message has a turn. */
    TURN_OF_MESSAGE("message"),
    /** An author's {@code client_message_id} is one message's. */
    IDEMPOTENCY("message"),
    /** A reply stands after its question, in the same thread. */
    REPLY_AFTER_QUESTION("message"),
    /** A reply is one turn's. */
    TURN_OF_REPLY("message"),
    /** A reply is superseded exactly when a later turn of the same message was made. */
    SUPERSEDED("message"),
    /** A turn answers a user message of its thread, at that position. */
    QUESTION_OF_TURN("turn"),
    /** A completed turn has its reply, and a turn that failed has none. */
    REPLY_OF_TURN("turn"),
    /** Of a thread's turns one runs at a time. */
    ONE_RUNNING("turn"),
    /** A turn neither waits past its expiry nor runs past its lease. */
    STUCK("turn");

    private final String subject;

    Rule(String subject) {
      this.subject = subject;
    }

    /** What the rule is about: {@code thread}, {@code message} or {@code turn}. */
    public String subject() {
      return subject;
    }
  }

  @Override
  public String toString() {
    return rule + ": " + rule.subject() + " " + id + ": " + detail;
  }
}
