package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.identity.Caller;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.thread.ThreadPage;
import life.avai.domain.thread.ThreadRepository;
import life.avai.domain.thread.ThreadStatus;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What every {@link ThreadRepository} must do; each adapter's test class extends it. */
public abstract class ThreadRepositoryContract extends StoreContract {
  private static final Instant LATER = Fixtures.NOON.plusSeconds(60);

  private ThreadRepository threads() {
    return stores.threads();
  }

  private ThreadId createdAt(int second) {
    return createdAt(Fixtures.threadId(), second);
  }

  private ThreadId createdAt(ThreadId id, int second) {
    threads()
        .create(
            ChatThread.empty(
                id, owner.userId(), "T" + second, null, Fixtures.NOON.plusSeconds(second)));
    return id;
  }

  private ChatThread changed(ThreadId id, ThreadChange change) {
    return threads().update(owner.userId(), id, change, LATER).orElseThrow();
  }

  /** All threads by pages of that size. */
  private List<ThreadId> listed(int limit, boolean archived) {
    List<ThreadId> all = new ArrayList<>();
    ThreadPage.Cursor next = null;
    do {
      ThreadPage page = threads().list(owner.userId(), limit, next, archived);
      assertThat(page.threads()).hasSizeLessThanOrEqualTo(limit);
      page.threads().forEach(thread -> all.add(thread.id()));
      next = page.next();
    } while (next != null && all.size() < 1_000);
    return all;
  }

  @Test
  void create_keepsTheThreadAsItIs() {
    ChatThread thread =
        ChatThread.empty(
            Fixtures.threadId(), owner.userId(), "A \"title\" \uD83D\uDE00", "More", Fixtures.NOON);

    threads().create(thread);

    assertThat(threads().find(owner.userId(), thread.id())).contains(thread);
  }

  @Test
  void find_ofNoThreadOrSomebodyElses_isEmpty() {
    Caller other = Fixtures.signedIn(stores.users());

    assertThat(threads().find(other.userId(), thread())).isEmpty();
    assertThat(threads().find(owner.userId(), Fixtures.threadId())).isEmpty();
  }

  @Test
  void list_putsPinnedOnesFirstThenTheLatestActivity() {
    ThreadId oldest = createdAt(1);
    ThreadId middle = createdAt(2);
    ThreadId newest = createdAt(3);
    ThreadId pinned = createdAt(0);
    assertThat(changed(pinned, new ThreadChange(null, true, null)).pinned()).isTrue();
    var unused = saved(draft(oldest).at(LATER));

    assertThat(listed(10, false)).containsExactly(pinned, oldest, newest, middle);
  }

  @Test
  void list_byPages_showsEveryThreadOnce() {
    List<ThreadId> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      // Random, so that also the order of equal moments is put to the test.
      all.add(createdAt(new ThreadId(UUID.randomUUID()), i / 3));
    }
    assertThat(changed(all.getFirst(), new ThreadChange(null, true, null)).pinned()).isTrue();

    for (int limit = 1; limit <= 8; limit++) {
      assertThat(listed(limit, false))
          .isEqualTo(listed(100, false))
          .containsExactlyInAnyOrderElementsOf(all);
    }
  }

  @Test
  void list_tellsHowManyThereAreInAllAndWhereTheNextPageBegins() {
    ThreadId first = createdAt(1);
    ThreadId second = createdAt(2);

    ThreadPage page = threads().list(owner.userId(), 1, null, false);
    assertThat(page.total()).isEqualTo(2);
    assertThat(page.next()).isNotNull();
    ThreadPage rest = threads().list(owner.userId(), 1, page.next(), false);

    assertThat(page.threads()).extracting(ChatThread::id).containsExactly(second);
    assertThat(rest.threads()).extracting(ChatThread::id).containsExactly(first);
    assertThat(rest.total()).isEqualTo(2);
    assertThat(rest.next()).isNull();
  }

  @Test
  void list_showsActiveOrArchivedOnesAndNobodyElses() {
    ThreadId active = createdAt(1);
    ThreadId archived = createdAt(2);
    ThreadId theirs = thread(Fixtures.signedIn(stores.users()));
    assertThat(changed(archived, new ThreadChange(null, null, true)).status())
        .isEqualTo(ThreadStatus.ARCHIVED);

    assertThat(listed(10, false)).containsExactly(active).doesNotContain(theirs);
    assertThat(listed(10, true)).containsExactly(archived);
  }

  @Test
  void update_changesWhatIsNamedAndNothingElse() {
    ThreadId id = thread();
    var unused = saved(draft(id));
    ChatThread before = found(id);

    ChatThread renamed = changed(id, new ThreadChange("Renamed", null, null));
    assertThat(renamed)
        .usingRecursiveComparison()
        .ignoringFields("title", "updatedAt")
        .isEqualTo(before);
    assertThat(renamed.title()).isEqualTo("Renamed");
    assertThat(renamed.updatedAt()).isEqualTo(LATER);

    assertThat(changed(id, new ThreadChange(null, true, null)).title()).isEqualTo("Renamed");
    ChatThread archived = changed(id, new ThreadChange(null, null, true));
    assertThat(archived.pinned()).isTrue();
    assertThat(archived.status()).isEqualTo(ThreadStatus.ARCHIVED);
    assertThat(changed(id, new ThreadChange(null, false, false)).status())
        .isEqualTo(ThreadStatus.ACTIVE);
    assertThat(found(id).pinned()).isFalse();
  }

  @Test
  void update_ofNoThreadOrSomebodyElses_isEmptyAndChangesNothing() {
    ThreadId id = thread();
    Caller other = Fixtures.signedIn(stores.users());
    ThreadChange change = new ThreadChange("Mine now", null, null);

    assertThat(threads().update(other.userId(), id, change, LATER)).isEmpty();
    assertThat(threads().update(owner.userId(), Fixtures.threadId(), change, LATER)).isEmpty();
    assertThat(found(id).title()).isEqualTo("A title");
  }

  @Test
  void delete_takesTheMessagesAndTurnsWithIt() {
    ThreadId id = thread();
    var running = running(id);
    var waiting = waiting(draft(id));
    ThreadId other = thread();
    var kept = waiting(draft(other));

    assertThat(threads().delete(owner.userId(), id)).isTrue();

    assertThat(threads().find(owner.userId(), id)).isEmpty();
    assertThat(
            stores
                .messages()
                .history(
                    owner.userId(), id, new HistoryQuery(new HistoryQuery.From.Latest(), 9, true)))
        .isEmpty();
    assertThat(store.turns(List.of(running.id(), waiting))).isEmpty();
    assertThat(store.unfinished(id)).isEmpty();
    assertThat(store.renew(lease, List.of(running.id())).held()).isEmpty();
    assertThat(store.waitingTurns()).isEqualTo(1);
    assertThat(turn(kept).threadId()).isEqualTo(other);
    assertThat(store.save(draft(id).build())).isEqualTo(new SaveOutcome.ThreadNotFound());
    assertThat(threads().delete(owner.userId(), id)).isFalse();
  }

  @Test
  void delete_ofSomebodyElses_isRefusedAndChangesNothing() {
    ThreadId id = thread();

    assertThat(threads().delete(Fixtures.signedIn(stores.users()).userId(), id)).isFalse();
    assertThat(threads().find(owner.userId(), id)).isPresent();
  }
}
