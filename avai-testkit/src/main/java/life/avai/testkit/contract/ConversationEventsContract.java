package life.avai.testkit.contract;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import life.avai.domain.conversation.ConversationEvent;
import life.avai.domain.conversation.ConversationEvent.AssistantTyping;
import life.avai.domain.conversation.ConversationEvent.ReplyAbandoned;
import life.avai.domain.conversation.ConversationEvent.ReplyProgress;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.ThreadDeleted;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvent.TurnWaits;
import life.avai.domain.conversation.ConversationEvent.UserTyping;
import life.avai.domain.conversation.ConversationEvents;
import life.avai.domain.conversation.ConversationEvents.Subscription;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ConversationEvents} must do; each adapter's test class extends it. Events may
 * take their time on the way to a watcher, but not change places.
 */
public abstract class ConversationEventsContract {
  private final ThreadId thread = Fixtures.threadId();
  private final RequestId turn = Fixtures.requestId();
  private final AtomicInteger woken = new AtomicInteger();

  /** Events of which none has been published; asked for once in every test. */
  protected abstract ConversationEvents freshEvents();

  private Subscription watch(ConversationEvents events) {
    return events.subscribe(thread, woken::incrementAndGet);
  }

  /** Waits for the next event and takes it. */
  private static ConversationEvent next(Subscription watcher) {
    ConversationEvent event = Eventually.found(() -> Optional.ofNullable(watcher.peek()));
    watcher.advance();
    return event;
  }

  private static void awaitTrue(BooleanSupplier condition) {
    boolean unused =
        Eventually.found(() -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  private TurnFailed failed(RequestId failedTurn) {
    return new TurnFailed(thread, failedTurn, FailureCode.TIMEOUT, "late", Duration.ZERO);
  }

  private AssistantTyping typing(boolean typing) {
    return new AssistantTyping(thread, turn, typing);
  }

  @Test
  void everyWatcher_seesTheSameEventsInOrder_fromWhereItBegan() {
    ConversationEvents events = freshEvents();
    Subscription early = watch(events);
    events.publish(typing(true));
    assertThat(next(early)).isEqualTo(typing(true));
    Subscription late = watch(events);
    events.publish(typing(false));

    assertThat(next(early)).isEqualTo(typing(false));
    assertThat(next(late)).isEqualTo(typing(false));
    assertThat(early.peek()).isNull();
    assertThat(late.peek()).isNull();
  }

  @Test
  void eventsOfEveryKind_arriveAsTheyWere() {
    ConversationEvents events = freshEvents();
    Subscription watcher = watch(events);
    List<ConversationEvent> published =
        List.of(
            typing(true),
            new ReplyProgress(thread, turn, "thinking", 50.0),
            new ReplyProgress(thread, turn, null, null),
            new TurnWaits(thread, turn, "nobody is there", Duration.ofSeconds(30)),
            new ReplyAbandoned(thread, turn),
            new UserTyping(thread, true, new UUID(1, 2)),
            failed(turn),
            new ThreadDeleted(thread, null));
    published.forEach(events::publish);

    List<ConversationEvent> seen = new ArrayList<>();
    published.forEach(event -> seen.add(next(watcher)));
    assertThat(seen).isEqualTo(published);
  }

  @Test
  void looking_takesNothing() {
    ConversationEvents events = freshEvents();
    Subscription watcher = watch(events);
    assertThat(watcher.peek()).isNull();
    assertThatIllegalStateException().isThrownBy(watcher::advance);

    events.publish(typing(true));
    awaitTrue(() -> watcher.peek() != null);
    assertThat(watcher.peek()).isEqualTo(typing(true));
    assertThat(watcher.threadId()).isEqualTo(thread);
  }

  @Test
  void aWatcher_isWoken_untilItIsClosed() {
    ConversationEvents events = freshEvents();
    Subscription watcher = watch(events);
    events.publish(typing(true));
    awaitTrue(() -> woken.get() > 0);
    next(watcher);

    watcher.close();
    int before = woken.get();
    try (Subscription other = events.subscribe(thread, () -> {})) {
      events.publish(typing(false));
      assertThat(next(other)).isEqualTo(typing(false));
    }
    assertThat(woken).hasValue(before);
  }

  @Test
  void aThread_isWatched_asLongAsSomebodyWatches() {
    ConversationEvents events = freshEvents();
    assertThat(events.isWatched(thread)).isFalse();
    Subscription one = watch(events);
    Subscription two = watch(events);
    one.close();
    assertThat(events.isWatched(thread)).isTrue();
    assertThat(events.isWatched(Fixtures.threadId())).isFalse();
    two.close();
    assertThat(events.isWatched(thread)).isFalse();
  }

  @Test
  void threads_doNotMix() {
    ConversationEvents events = freshEvents();
    Subscription watcher = watch(events);
    ThreadId other = Fixtures.threadId();
    try (Subscription elsewhere = events.subscribe(other, () -> {})) {
      events.publish(new UserTyping(other, true, null));
      events.publish(typing(true));
      assertThat(next(watcher)).isEqualTo(typing(true));
      assertThat(next(elsewhere)).isEqualTo(new UserTyping(other, true, null));
      assertThat(watcher.peek()).isNull();
      assertThat(elsewhere.peek()).isNull();
    }
  }

  @Test
  void aReply_growsForThoseWhoSawItBegin() {
    ConversationEvents events = freshEvents();
    Subscription watcher = watch(events);
    ReplyStream reply = new ReplyStream(turn, Fixtures.messageId(), 1);
    events.publish(new ReplyStarted(thread, reply));

    assertThat(next(watcher))
        .isInstanceOfSatisfying(
            ReplyStarted.class,
            started -> {
              int before = woken.get();
              reply.append("Never trust ");
              reply.append("it.");
              awaitTrue(() -> started.stream().contentEquals("Never trust it."));
              assertThat(started.stream().messageId()).isEqualTo(reply.messageId());
              awaitTrue(() -> woken.get() > before);
            });
  }

  @Test
  void aRunningReply_isShownToWhoComesLater_untilItEnds() {
    ConversationEvents events = freshEvents();
    try (Subscription first = watch(events)) {
      ReplyStream reply = new ReplyStream(turn, Fixtures.messageId(), 1);
      events.publish(new ReplyStarted(thread, reply));
      reply.append("It is");
      next(first);
      Subscription late = watch(events);
      ReplyStream running = requireNonNull(late.runningAtStart(), "the running reply");
      awaitTrue(() -> running.contentEquals("It is"));
      assertThat(running.requestId()).isEqualTo(turn);

      events.publish(failed(turn));
      assertThat(next(first)).isEqualTo(failed(turn));
      assertThat(watch(events).runningAtStart()).isNull();
    }
  }

  @Test
  void aReplyThatGoesOnElsewhere_isNotShown() {
    ConversationEvents events = freshEvents();
    try (Subscription first = watch(events)) {
      events.publish(new ReplyStarted(thread, new ReplyStream(turn, Fixtures.messageId(), 1)));
      events.publish(new ReplyAbandoned(thread, turn));
      next(first);
      next(first);
      assertThat(watch(events).runningAtStart()).isNull();
    }
  }

  @Test
  void anOutcome_isToldOnce() {
    ConversationEvents events = freshEvents();
    Subscription watcher = watch(events);
    events.publish(failed(turn));
    events.publish(failed(turn));
    RequestId other = Fixtures.requestId();
    events.publish(failed(other));

    assertThat(next(watcher)).isEqualTo(failed(turn));
    assertThat(next(watcher)).isEqualTo(failed(other));
  }

  @Test
  void lag_growsWithWhatWaits_andIsGoneWhenItIsTaken() {
    ConversationEvents events = freshEvents();
    Subscription watcher = watch(events);
    assertThat(watcher.lag()).isZero();
    events.publish(typing(true));
    awaitTrue(() -> watcher.peek() != null);
    long one = watcher.lag();
    assertThat(one).isPositive();
    events.publish(typing(false));
    awaitTrue(() -> watcher.lag() > one);
    next(watcher);
    next(watcher);
    assertThat(watcher.lag()).isZero();
  }

  @Test
  void manyPublishers_areSeenInOneOrder_andEachInItsOwn() {
    ConversationEvents events = freshEvents();
    int publishers = 8;
    int each = 50;
    List<Subscription> watchers = IntStream.range(0, 3).mapToObj(i -> watch(events)).toList();
    List<Integer> done =
        ConcurrencyContract.atOnce(
            publishers,
            publisher -> {
              for (int i = 0; i < each; i++) {
                events.publish(new UserTyping(thread, true, new UUID(publisher, i)));
              }
              return publisher;
            });
    assertThat(done).hasSize(publishers);

    List<ConversationEvent> first = taken(watchers.getFirst(), publishers * each);
    for (Subscription watcher : watchers.subList(1, watchers.size())) {
      assertThat(taken(watcher, publishers * each)).isEqualTo(first);
    }
    Map<Long, Long> last = new HashMap<>();
    for (ConversationEvent event : first) {
      UUID origin = requireNonNull(((UserTyping) event).origin(), "origin");
      long before = last.getOrDefault(origin.getMostSignificantBits(), -1L);
      assertThat(origin.getLeastSignificantBits()).isEqualTo(before + 1);
      last.put(origin.getMostSignificantBits(), before + 1);
    }
  }

  private static List<ConversationEvent> taken(Subscription watcher, int count) {
    return IntStream.range(0, count).mapToObj(i -> next(watcher)).toList();
  }
}
