package life.avai.testkit.conversation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import life.avai.domain.conversation.ConversationEvent;
import life.avai.domain.conversation.ConversationEvent.AssistantTyping;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.ConversationEvents;
import life.avai.domain.thread.ThreadId;

/** Somebody who watches a thread from now on. */
final class Watch implements AutoCloseable {
  private final Semaphore woken = new Semaphore(0);
  private final ConversationEvents.Subscription subscription;

  Watch(ConversationEvents events, ThreadId thread) {
    subscription = events.subscribe(thread, woken::release);
  }

  /** The next event, as soon as there is one. */
  ConversationEvent next() {
    try {
      while (subscription.peek() == null) {
        if (!woken.tryAcquire(10, TimeUnit.SECONDS)) {
          throw new AssertionError("nothing more is told");
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    ConversationEvent event = subscription.peek();
    subscription.advance();
    return event;
  }

  /** Everything up to the next event of a kind, that one included. */
  List<ConversationEvent> until(Class<? extends ConversationEvent> kind) {
    List<ConversationEvent> told = new ArrayList<>();
    do {
      told.add(next());
    } while (!kind.isInstance(told.getLast()));
    return told;
  }

  /** The next event of a kind. */
  <E extends ConversationEvent> E awaited(Class<E> kind) {
    return kind.cast(until(kind).getLast());
  }

  /** The short names of everything up to the next outcome. */
  List<String> untilEnded() {
    return names(until(TurnEnded.class));
  }

  static List<String> names(List<ConversationEvent> events) {
    return events.stream()
        .map(event ->
            event instanceof AssistantTyping typing
                ? typing.typing() ? "typing" : "typing ends"
                : event.getClass().getSimpleName())
        .toList();
  }

  @Override
  public void close() {
    subscription.close();
  }
}
