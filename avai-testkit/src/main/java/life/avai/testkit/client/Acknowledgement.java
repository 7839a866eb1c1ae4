package life.avai.testkit.client;

import life.avai.testkit.json.JsonObject;

/**
 * A {@code message_sent} frame: the message is stored.
 *
 * @param messageId the message's id
 * @param threadId the thread's id, also of one that was just made
 * @param requestId the id of the turn that answers
 * @param position the message's place in its thread, from 1
 * @param duplicate whether the message had been stored before
 * @param json the whole frame
 */
public record Acknowledgement(
    String messageId,
    String threadId,
    String requestId,
    long position,
    boolean duplicate,
    JsonObject json) {

  static Acknowledgement of(JsonObject frame) {
    return new Acknowledgement(
        frame.string("message_id"),
        frame.string("thread_id"),
        frame.string("request_id"),
        frame.integer("position"),
        frame.isTrue("duplicate"),
        frame);
  }
}
