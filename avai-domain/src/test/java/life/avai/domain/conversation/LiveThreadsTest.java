package life.avai.domain.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.domain.conversation.ConversationEvent.AssistantTyping;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.TurnFailed;
import life.avai.domain.conversation.ConversationEvents.Subscription;
import life.avai.domain.message.MessageId;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.RequestId;
import org.junit.jupiter.api.Test;

class LiveThreadsTest {
  private static final ThreadId THREAD = new ThreadId(new UUID(0, 1));
  private static final RequestId TURN = new RequestId(new UUID(0, 2));
  private static final TurnFailed FAILED =
      new TurnFailed(THREAD, TURN, FailureCode.TIMEOUT, "late", Duration.ZERO);

  private final LiveThreads live = new LiveThreads();
  private final AtomicInteger woken = new AtomicInteger();

  private Subscription watch() {
    return live.subscribe(THREAD, woken::incrementAndGet);
  }

  @Test
  void everyWatcher_seesTheSameEventsInOrder_fromWhereItBegan() {
    Subscription early = watch();
    live.publish(new AssistantTyping(THREAD, TURN, true));
    Subscription late = watch();
    live.publish(new AssistantTyping(THREAD, TURN, false));
    assertThat(early.peek()).isEqualTo(new AssistantTyping(THREAD, TURN, true));
    early.advance();
    assertThat(early.peek()).isEqualTo(new AssistantTyping(THREAD, TURN, false));
    assertThat(late.peek()).isEqualTo(new AssistantTyping(THREAD, TURN, false));
    late.advance();
    assertThat(late.peek()).isNull();
    assertThat(late.lag()).isZero();
    assertThat(early.lag()).isPositive();
  }

  @Test
  void runningReply_isShownToWhoComesLater_untilItEnds() {
    ReplyStream stream = new ReplyStream(TURN, new MessageId(new UUID(0, 3)), 1);
    live.publish(new ReplyStarted(THREAD, stream));
    Subscription watcher = watch();
    assertThat(watcher.runningAtStart()).isSameAs(stream);
    stream.append("wakes");
    assertThat(woken).hasValue(1);
    live.publish(FAILED);
    assertThat(watch().runningAtStart()).isNull();
  }

  @Test
  void outcome_isToldOnce() {
    Subscription watcher = watch();
    live.publish(FAILED);
    live.publish(FAILED);
    watcher.advance();
    assertThat(watcher.peek()).isNull();
  }

  @Test
  void nothingIsKept_forAThreadThatNobodyWatches() {
    live.publish(FAILED);
    Subscription watcher = watch();
    assertThat(live.isWatched(THREAD)).isTrue();
    watcher.close();
    assertThat(live.isWatched(THREAD)).isFalse();
    assertThat(live.size()).isZero();
  }
}
