package life.avai.testkit.assistant;

import java.time.Duration;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.Completion;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.turn.FailureCode;

/** What an assistant does when it is asked once. */
@FunctionalInterface
public interface Script {
  /** Plays the assistant's part; runs on the thread that asks, and may block. */
  AssistantReply play(AssistantRequest request, ReplySink sink) throws InterruptedException;

  /** Streams the pieces and answers with all of them. */
  static Script answer(String... pieces) {
    return answerInstead(String.join("", pieces), pieces);
  }

  /** Streams the pieces and then answers with a whole text that may be another. */
  static Script answerInstead(String whole, String... pieces) {
    return ending(new AssistantReply.Completed(completion(whole)), pieces);
  }

  /** Streams the pieces and then says that there will be no answer. */
  static Script fail(FailureCode code, String... pieces) {
    return ending(
        new AssistantReply.Failed(code, "scripted failure", Duration.ofSeconds(1)), pieces);
  }

  /** Streams the pieces and then loses the attempt. */
  static Script lose(Duration retryAfter, String... pieces) {
    return ending(new AssistantReply.Broken("scripted loss", retryAfter), pieces);
  }

  /** Asks nobody. */
  static Script refuse(Duration retryAfter) {
    return ending(new AssistantReply.NotAsked("nobody is there", retryAfter));
  }

  private static Script ending(AssistantReply reply, String... pieces) {
    return (request, sink) -> {
      for (String piece : pieces) {
        sink.delta(piece);
      }
      return reply;
    };
  }

  /** An answer with all that a model may report. */
  static Completion completion(String text) {
    return new Completion(text, "scripted", 0.9, Duration.ofMillis(5), 3, null);
  }
}
