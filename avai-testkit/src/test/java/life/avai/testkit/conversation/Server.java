package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.CancelTurns;
import life.avai.domain.conversation.ConversationEvents;
import life.avai.domain.conversation.Conversations;
import life.avai.domain.conversation.ManageThreads;
import life.avai.domain.conversation.Regenerate;
import life.avai.domain.conversation.SaveOutcome.Receipt;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.conversation.TurnDispatcher;
import life.avai.domain.conversation.TurnSettings;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.Caller;
import life.avai.domain.memory.InMemoryStore;
import life.avai.domain.message.ContentType;
import life.avai.domain.ratelimit.RateLimiter;
import life.avai.domain.ratelimit.RateLimiter.Decision.Granted;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.contract.Eventually;

/** One server's use cases, put together as a server does, without its sockets. */
final class Server implements AutoCloseable {
  static final TurnSettings SETTINGS =
      new TurnSettings(Duration.ofMinutes(5), Duration.ofSeconds(2), 3, Duration.ofMinutes(1));
  static final RateLimiter UNLIMITED = caller -> new Granted();

  final InMemoryStore stores;
  final Conversations conversations;
  final ConversationEvents events;
  final TurnDispatcher turns;
  final SendMessage send;
  final CancelTurns cancel;
  final Regenerate regenerate;
  final ManageThreads threads;

  Server(InMemoryStore stores, Assistant assistant) {
    this(stores, assistant, SETTINGS, UNLIMITED);
  }

  Server(InMemoryStore stores, Assistant assistant, TurnSettings settings, RateLimiter limiter) {
    this.stores = stores;
    conversations =
        Conversations.over(stores.conversations(), stores.threads(), assistant)
            .turns(settings)
            .limiter(limiter)
            .build();
    events = conversations.events();
    turns = conversations.turns();
    send = conversations.send();
    cancel = conversations.cancel();
    regenerate = conversations.regenerate();
    threads = conversations.threads();
  }

  Server started() {
    conversations.start();
    return this;
  }

  Watch watch(ThreadId thread) {
    return new Watch(events, thread);
  }

  static SendMessage.Command command(Caller author, ThreadId thread, String content) {
    return new SendMessage.Command(
        author, thread, content, ContentType.TEXT, null, null, WhileBusy.ENQUEUE, null);
  }

  static SendMessage.Command command(
      Caller author, ThreadId thread, UUID clientMessageId, Long expected, WhileBusy whileBusy) {
    return new SendMessage.Command(
        author,
        thread,
        "Is this safe?",
        ContentType.TEXT,
        clientMessageId,
        expected,
        whileBusy,
        null);
  }

  SendMessage.Outcome send(SendMessage.Command command) {
    return send.handle(command, accepted -> {});
  }

  /** Sends what must be accepted. */
  Receipt accepted(SendMessage.Command command) {
    SendMessage.Outcome outcome = send(command);
    assertThat(outcome).isInstanceOf(SendMessage.Outcome.Accepted.class);
    return ((SendMessage.Outcome.Accepted) outcome).receipt();
  }

  TurnSnapshot turn(RequestId id) {
    return stores.conversations().turns(List.of(id)).getFirst();
  }

  /** Waits until the store has the turn in a state. */
  void awaitState(RequestId id, TurnState state) {
    TurnSnapshot unused =
        Eventually.found(() -> Optional.of(turn(id)).filter(turn -> turn.state() == state));
  }

  @Override
  public void close() {
    conversations.close();
  }
}
