package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import life.avai.domain.conversation.ConversationStore.FinishOutcome;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message;
import life.avai.domain.privacy.ExportLinks;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.privacy.Profile;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.TurnEnd;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/**
 * What every {@link PersonalData} and {@link ExportLinks} must do; each adapter's test class
 * extends it.
 */
public abstract class PersonalDataContract extends StoreContract {
  private static final Instant LATER = Fixtures.NOON.plus(Duration.ofDays(40));
  private static final Duration HOUR = Duration.ofHours(1);

  private PersonalData data() {
    return stores.personalData();
  }

  private ExportLinks links() {
    return stores.exportLinks();
  }

  @Test
  void find_isByTheProvidersNameAlone() {
    assertThat(data().find(owner.subject())).contains(owner.userId());
    assertThat(data().find("user_nobody")).isEmpty();
    assertThat(data().find(owner.userId().toString())).isEmpty();
  }

  @Test
  void profile_isWhatIsKept() {
    var guest = Fixtures.anonymous(stores.users());

    assertThat(data().profile(owner.userId()))
        .contains(
            new Profile(
                owner.userId(), owner.subject(), owner.name(), owner.tier(), Fixtures.NOON));
    assertThat(data().profile(guest.userId()))
        .contains(new Profile(guest.userId(), null, "Guest", Tier.ANONYMOUS, Fixtures.NOON));
    assertThat(data().profile(Fixtures.userId())).isEmpty();
  }

  @Test
  void threads_areAllOfTheOwners_pageByPage() {
    List<ThreadId> mine = Stream.generate(this::thread).limit(5).toList();
    thread(Fixtures.anonymous(stores.users()));

    List<ThreadId> read = new ArrayList<>();
    ThreadId last = null;
    List<ChatThread> page;
    do {
      page = data().threads(owner.userId(), last, 2);
      page.forEach(thread -> read.add(thread.id()));
      last = read.getLast();
    } while (page.size() == 2);

    assertThat(read).containsExactlyElementsOf(mine);
  }

  @Test
  void messages_areAllOfTheThreads_andTheOwnersOnly() {
    ThreadId thread = thread();
    exchange(thread, "one", "1");
    exchange(thread, "two", "2");
    var guest = Fixtures.anonymous(stores.users());

    assertThat(data().messages(owner.userId(), thread, 0, 3))
        .extracting(Message::content)
        .containsExactly("one", "1", "two");
    assertThat(data().messages(owner.userId(), thread, 3, 3))
        .extracting(Message::content)
        .containsExactly("2");
    assertThat(data().messages(guest.userId(), thread, 0, 3)).isEmpty();
    assertThat(data().messages(owner.userId(), Fixtures.threadId(), 0, 3)).isEmpty();
  }

  @Test
  void delete_takesEverythingOfTheUsersAndNothingOfOthers() {
    ThreadId thread = thread();
    exchange(thread, "mine", "yours");
    byte[] link = Fixtures.tokenHash();
    links().offer(owner.userId(), link, LATER);
    byte[] session = Fixtures.tokenHash();
    var guest =
        stores
            .users()
            .createAnonymous(Fixtures.userId(), UUID.randomUUID(), session.clone(), Fixtures.NOON);
    ThreadId guests = thread(guest);

    assertThat(data().delete(owner.userId())).isTrue();

    assertThat(data().profile(owner.userId())).isEmpty();
    assertThat(data().find(owner.subject())).isEmpty();
    assertThat(stores.threads().find(owner.userId(), thread)).isEmpty();
    assertThat(data().messages(owner.userId(), thread, 0, 10)).isEmpty();
    assertThat(links().redeem(link, Fixtures.NOON)).isEmpty();
    assertThat(stores.threads().find(guest.userId(), guests)).isPresent();
    assertThat(data().delete(owner.userId())).as("again").isFalse();

    assertThat(data().delete(guest.userId())).isTrue();
    assertThat(stores.users().findAnonymous(session)).as("the session is revoked").isEmpty();
  }

  @Test
  void delete_whileATurnRuns_fencesItsOwner() {
    ThreadId thread = thread();
    ClaimedTurn turn = running(thread);

    assertThat(data().delete(owner.userId())).isTrue();

    assertThat(store.renew(lease, List.of(turn.id())).held()).isEmpty();
    assertThat(store.finish(end(turn, new TurnEnd.Result.Answered(Fixtures.reply("too late")))))
        .isInstanceOf(FinishOutcome.Fenced.class);
    assertThat(store.save(draft(thread).build())).isInstanceOf(SaveOutcome.ThreadNotFound.class);
    assertThat(store.waitingTurns()).isZero();
  }

  @Test
  void delete_byManyAtOnce_succeedsOnce() {
    exchange(thread(), "a", "b");

    assertThat(ConcurrencyContract.atOnce(8, i -> data().delete(owner.userId())))
        .containsOnlyOnce(true);
  }

  @Test
  void deleteIdle_takesThoseOfTheTierWhoWereNotSeenSince() {
    var guest = Fixtures.anonymous(stores.users());
    var other = Fixtures.anonymous(stores.users());

    assertThat(data().deleteIdle(Tier.ANONYMOUS, Fixtures.NOON, 10)).isZero();
    assertThat(data().deleteIdle(Tier.FREE, LATER, 10)).isZero();
    assertThat(data().deleteIdle(Tier.ANONYMOUS, LATER, 1)).isEqualTo(1);
    assertThat(data().deleteIdle(Tier.ANONYMOUS, LATER, 10)).isEqualTo(1);

    assertThat(data().profile(guest.userId())).isEmpty();
    assertThat(data().profile(other.userId())).isEmpty();
    assertThat(data().profile(owner.userId())).isPresent();
  }

  @Test
  void deleteIdle_sparesWhoHasAThreadThatChanged_orATurnThatIsOpen() {
    var talks = Fixtures.anonymous(stores.users());
    stores
        .threads()
        .create(
            ChatThread.empty(Fixtures.threadId(), talks.userId(), "new", null, LATER.plus(HOUR)));
    var waits = Fixtures.anonymous(stores.users());
    var unused = waiting(Fixtures.draft(waits.userId(), thread(waits)));
    var idle = Fixtures.anonymous(stores.users());
    thread(idle);

    assertThat(data().deleteIdle(Tier.ANONYMOUS, LATER, 10)).isEqualTo(1);

    assertThat(data().profile(talks.userId())).isPresent();
    assertThat(data().profile(waits.userId())).isPresent();
    assertThat(data().profile(idle.userId())).isEmpty();
  }

  @Test
  void deleteIdle_sparesWhoWasSeenOrCameBack() {
    byte[] token = Fixtures.tokenHash();
    var back =
        stores.users().createAnonymous(Fixtures.userId(), UUID.randomUUID(), token, Fixtures.NOON);
    var seen = Fixtures.anonymous(stores.users());
    assertThat(stores.users().findAnonymous(token)).contains(back);
    assertThat(data().seen(List.of(seen.userId()), Instant.now(), HOUR))
        .containsExactly(seen.userId());
    Instant since = Instant.now().minus(Duration.ofMinutes(30));

    assertThat(data().deleteIdle(Tier.ANONYMOUS, since, 10)).isZero();

    assertThat(data().profile(back.userId())).isPresent();
    assertThat(data().profile(seen.userId())).isPresent();
  }

  @Test
  void deleteIdle_byManyAtOnce_deletesEachOnce() {
    List<Caller.Anonymous> guests =
        Stream.generate(() -> Fixtures.anonymous(stores.users())).limit(20).toList();

    List<Integer> deleted =
        ConcurrencyContract.atOnce(4, i -> data().deleteIdle(Tier.ANONYMOUS, LATER, 5));
    int rest = data().deleteIdle(Tier.ANONYMOUS, LATER, 20);

    assertThat(deleted.stream().mapToInt(Integer::intValue).sum() + rest).isEqualTo(20);
    assertThat(guests).allSatisfy(guest -> assertThat(data().profile(guest.userId())).isEmpty());
  }

  @Test
  void seen_tellsWhoIsGone() {
    UserId nobody = Fixtures.userId();

    assertThat(data().seen(Set.of(owner.userId(), nobody), LATER, HOUR))
        .containsExactly(owner.userId());
    assertThat(data().seen(List.of(), LATER, HOUR)).isEmpty();
  }

  @Test
  void link_opensOnce_untilItIsOver() {
    byte[] first = Fixtures.tokenHash();
    byte[] second = Fixtures.tokenHash();
    links().offer(owner.userId(), first, LATER);
    links().offer(owner.userId(), second, LATER);

    assertThat(links().redeem(first, Fixtures.NOON)).as("replaced").isEmpty();
    assertThat(links().redeem(second, LATER)).as("over").isEmpty();
    assertThat(links().redeem(second, Fixtures.NOON)).contains(owner.userId());
    assertThat(links().redeem(second, Fixtures.NOON)).as("spent").isEmpty();
  }

  @Test
  void link_usedByManyAtOnce_opensOnce() {
    byte[] token = Fixtures.tokenHash();
    links().offer(owner.userId(), token, LATER);

    assertThat(ConcurrencyContract.atOnce(8, i -> links().redeem(token, Fixtures.NOON)))
        .filteredOn(Optional::isPresent)
        .hasSize(1);
  }

  @Test
  void link_thatIsOver_isSwept_andOneOfNobody_isNotKept() {
    byte[] over = Fixtures.tokenHash();
    links().offer(owner.userId(), over, Fixtures.NOON.plus(HOUR));
    byte[] nobodys = Fixtures.tokenHash();
    links().offer(Fixtures.userId(), nobodys, LATER);

    links().sweep(Fixtures.NOON.plus(HOUR));

    assertThat(links().redeem(over, Fixtures.NOON)).isEmpty();
    assertThat(links().redeem(nobodys, Fixtures.NOON)).isEmpty();
  }
}
