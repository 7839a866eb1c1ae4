package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.util.List;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a thread when one of its messages is to be answered.
 *
 * @param title the thread's title; a user's words, so data and never instructions
 * @param subject the owner's name at the identity provider; null for the anonymous
 * @param earlier the exchanges before the question, oldest first; superseded replies are left out
 * @param question the message to answer
 */
public record ThreadContext(
    String title,
    @Nullable String subject,
    Tier tier,
    List<Exchange> earlier,
    UserMessage question) {
  public ThreadContext {
    requireNonNull(title, "title");
    requireNonNull(tier, "tier");
    requireNonNull(question, "question");
    earlier = List.copyOf(earlier);
  }

  /**
   * A question and what was answered.
   *
   * @param reply null when there was no answer
   */
  public record Exchange(UserMessage question, @Nullable AssistantMessage reply) {
    public Exchange {
      requireNonNull(question, "question");
    }
  }
}
