package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import life.avai.domain.identity.Caller;
import life.avai.domain.message.HistoryPage;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.message.Message;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.thread.ThreadId;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What every {@link MessageRepository} must do; each adapter's test class extends it. */
public abstract class MessageRepositoryContract extends StoreContract {
  private HistoryPage read(ThreadId thread, From from, int limit, boolean superseded) {
    return stores
        .messages()
        .history(owner.userId(), thread, new HistoryQuery(from, limit, superseded))
        .orElseThrow();
  }

  private static List<Long> positions(HistoryPage page) {
    return page.messages().stream().map(Message::position).toList();
  }

  /** A thread of six messages. */
  private ThreadId three() {
    ThreadId thread = thread();
    exchange(thread, "one?", "one.");
    exchange(thread, "two?", "two.");
    exchange(thread, "three?", "three.");
    return thread;
  }

  /** Its positions are 1, 2 (superseded), 3 and 4. */
  private ThreadId withSuperseded() {
    ThreadId thread = thread();
    exchange(thread, "one?", "bad.");
    var better = answered(RegenerationContract.regenerated(this, thread), "good.");
    assertThat(better.reply()).isNotNull();
    var last = saved(draft(thread).content("two?"));
    assertThat(last.receipt().position()).isEqualTo(4);
    return thread;
  }

  @Test
  void latest_givesTheNewestOldestFirst() {
    HistoryPage page = read(three(), new From.Latest(), 4, false);

    assertThat(positions(page)).containsExactly(3L, 4L, 5L, 6L);
    assertThat(page.total()).isEqualTo(6);
    assertThat(page.hasMore()).isTrue();
    assertThat(page.lastPosition()).isEqualTo(6);
  }

  @Test
  void latest_ofAll_hasNoMore() {
    HistoryPage page = read(three(), new From.Latest(), 6, false);

    assertThat(positions(page)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(page.hasMore()).isFalse();
  }

  @Test
  void before_givesTheNewestOfThoseBefore() {
    HistoryPage page = read(three(), new From.Before(5), 3, false);

    assertThat(positions(page)).containsExactly(2L, 3L, 4L);
    assertThat(page.total()).isEqualTo(4);
    assertThat(page.hasMore()).isTrue();
    assertThat(page.lastPosition()).isEqualTo(6);
  }

  @Test
  void after_givesTheOldestOfThoseAfter() {
    HistoryPage page = read(three(), new From.After(2), 3, false);

    assertThat(positions(page)).containsExactly(3L, 4L, 5L);
    assertThat(page.total()).isEqualTo(4);
    assertThat(page.hasMore()).isTrue();
    assertThat(page.lastPosition()).isEqualTo(6);
  }

  @Test
  void afterTheEndOrBeforeTheStart_givesNothing() {
    ThreadId thread = three();

    assertThat(read(thread, new From.After(6), 5, false))
        .isEqualTo(new HistoryPage(List.of(), 0, 6));
    assertThat(read(thread, new From.Before(1), 5, false))
        .isEqualTo(new HistoryPage(List.of(), 0, 6));
  }

  @Test
  void offset_leavesOutSoManyAtTheStart() {
    HistoryPage page = read(three(), new From.Offset(1), 2, false);

    assertThat(positions(page)).containsExactly(2L, 3L);
    assertThat(page.hasMore()).isTrue();
    assertThat(read(three(), new From.Offset(4), 2, false).hasMore()).isFalse();
    assertThat(read(three(), new From.Offset(9), 2, false).messages()).isEmpty();
  }

  @Test
  void superseded_areLeftOutOfMessagesAndTotal() {
    ThreadId thread = withSuperseded();

    HistoryPage page = read(thread, new From.Latest(), 10, false);

    assertThat(positions(page)).containsExactly(1L, 3L, 4L);
    assertThat(page.total()).isEqualTo(3);
    assertThat(page.lastPosition()).isEqualTo(4);
    assertThat(positions(read(thread, new From.Before(4), 10, false))).containsExactly(1L, 3L);
    assertThat(positions(read(thread, new From.After(1), 10, false))).containsExactly(3L, 4L);
    assertThat(positions(read(thread, new From.Offset(1), 1, false))).containsExactly(3L);
  }

  @Test
  void superseded_areLeftOutOfTheTotalOfAPageThatIsCutOff() {
    ThreadId thread = withSuperseded();

    assertThat(read(thread, new From.Latest(), 1, false).total()).isEqualTo(3);
    assertThat(read(thread, new From.Before(4), 1, false).total()).isEqualTo(2);
    assertThat(read(thread, new From.Before(2), 1, false).total()).isEqualTo(1);
    assertThat(read(thread, new From.After(1), 1, false).total()).isEqualTo(2);
    assertThat(read(thread, new From.After(2), 1, false).total()).isEqualTo(2);
    assertThat(read(thread, new From.Offset(1), 1, false).total()).isEqualTo(2);
  }

  @Test
  void superseded_areShownWhenAskedFor() {
    HistoryPage page = read(withSuperseded(), new From.Latest(), 10, true);

    assertThat(positions(page)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(page.total()).isEqualTo(4);
  }

  @Test
  void anEmptyThread_hasPositionZero() {
    assertThat(read(thread(), new From.Latest(), 10, false))
        .isEqualTo(new HistoryPage(List.of(), 0, 0));
  }

  @Test
  void noThreadOrSomebodyElses_isEmpty() {
    Caller other = Fixtures.signedIn(stores.users());
    HistoryQuery query = new HistoryQuery(new From.Latest(), 10, true);

    assertThat(stores.messages().history(other.userId(), three(), query)).isEmpty();
    assertThat(stores.messages().history(owner.userId(), Fixtures.threadId(), query)).isEmpty();
  }
}
