package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.assistant.TokenEstimator;
import life.avai.domain.conversation.ThreadContext.Exchange;
import life.avai.domain.message.Message;
import life.avai.domain.turn.ClaimedTurn;

/**
 * Chooses what the model is shown: the question, and before it as many of the latest exchanges as
 * fit. An exchange is shown whole or not at all, so no reply stands without its question.
 */
public final class ContextWindow {
  private final ContextLimits limits;
  private final TokenEstimator tokens;
  private final SystemPrompt prompt;

  public ContextWindow(ContextLimits limits, TokenEstimator tokens, SystemPrompt prompt) {
    this.limits = requireNonNull(limits, "limits");
    this.tokens = requireNonNull(tokens, "tokens");
    this.prompt = requireNonNull(prompt, "prompt");
  }

  /**
   * What to ask in a turn.
   *
   * @param timeLeft how long the turn may still take
   */
  public AssistantRequest request(ClaimedTurn turn, int attempt, Instant now, Duration timeLeft) {
    ThreadContext context = turn.context();
    String system = prompt.forThread(context.title(), context.subject() != null);
    int used = tokens.estimate(system) + tokensOf(context.question());
    int room = limits.messages() - 1;
    int first = context.earlier().size();
    while (first > 0) {
      Exchange exchange = context.earlier().get(first - 1);
      int messages = exchange.reply() == null ? 1 : 2;
      int cost =
          tokensOf(exchange.question())
              + (exchange.reply() == null ? 0 : tokensOf(exchange.reply()));
      if (messages > room || used + cost > limits.tokens()) {
        break;
      }
      room -= messages;
      used += cost;
      first--;
    }
    return new AssistantRequest(
        turn.id(),
        attempt,
        context.question().threadId(),
        context.subject(),
        system,
        messagesFrom(context, first),
        context.title(),
        context.tier(),
        now,
        used,
        timeLeft);
  }

  /** An estimate of what a text costs. */
  int estimate(String text) {
    return tokens.estimate(text);
  }

  private static List<ContextMessage> messagesFrom(ThreadContext context, int first) {
    List<ContextMessage> shown = new ArrayList<>(2 * (context.earlier().size() - first) + 1);
    for (Exchange exchange : context.earlier().subList(first, context.earlier().size())) {
      shown.add(shown(exchange.question()));
      if (exchange.reply() != null) {
        shown.add(shown(exchange.reply()));
      }
    }
    shown.add(shown(context.question()));
    return shown;
  }

  private static ContextMessage shown(Message message) {
    return new ContextMessage(message.role(), message.content(), message.createdAt());
  }

  /**
   * Our own estimate for users' messages is kept with them; a model's count is believed if it can
   * be.
   */
  private int tokensOf(Message message) {
    Integer counted = message.tokenCount();
    return counted != null && counted > 0 && counted <= message.content().length()
        ? counted
        : tokens.estimate(message.content());
  }
}
