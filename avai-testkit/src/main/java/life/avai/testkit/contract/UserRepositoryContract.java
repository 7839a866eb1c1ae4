package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What every {@link UserRepository} must do; each adapter's test class extends it. */
public abstract class UserRepositoryContract extends StoreContract {
  private final byte[] token = Fixtures.tokenHash();

  private UserRepository users() {
    return stores.users();
  }

  private Caller.Anonymous guest() {
    return users()
        .createAnonymous(Fixtures.userId(), UUID.randomUUID(), token.clone(), Fixtures.NOON);
  }

  @Test
  void signIn_theFirstTime_makesTheUserUnderTheGivenId() {
    UserId id = Fixtures.userId();
    var identity = Fixtures.identity("user_first", Tier.PRO);

    assertThat(users().signIn(identity, id, Fixtures.NOON))
        .isEqualTo(new Caller.SignedIn(id, "user_first", identity.name(), Tier.PRO));
  }

  @Test
  void signIn_again_isTheSameUserWithNameAndTierBroughtUpToDate() {
    UserId id = Fixtures.userId();
    var unused = users().signIn(Fixtures.identity("user_again", Tier.PRO), id, Fixtures.NOON);

    var again =
        users()
            .signIn(Fixtures.identity("user_again", Tier.FREE), Fixtures.userId(), Fixtures.NOON);

    assertThat(again.userId()).isEqualTo(id);
    assertThat(again.tier()).isEqualTo(Tier.FREE);
    ThreadId thread = thread(again);
    var context = running(Fixtures.draft(id, thread)).context();
    assertThat(context.tier()).isEqualTo(Tier.FREE);
    assertThat(context.subject()).isEqualTo("user_again");
  }

  @Test
  void signIn_ofOneSubjectByManyAtOnce_isOneUser() {
    List<UserId> ids =
        ConcurrencyContract.atOnce(
            20,
            i ->
                users()
                    .signIn(
                        Fixtures.identity("user_many", Tier.FREE), Fixtures.userId(), Fixtures.NOON)
                    .userId());

    assertThat(ids).containsOnly(ids.getFirst());
  }

  @Test
  void findAnonymous_findsByTheTokensHashAlone() {
    Caller.Anonymous guest = guest();

    assertThat(users().findAnonymous(token.clone())).contains(guest);
    assertThat(users().findAnonymous(Fixtures.tokenHash())).isEmpty();
  }

  @Test
  void claim_givesTheGuestsThreadsAndMessagesAndSpendsTheToken() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);
    var unused = saved(Fixtures.draft(guest.userId(), thread).content("Hello"));
    ThreadId mine = thread();
    ThreadId strangers = thread(Fixtures.anonymous(users()));

    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).contains(guest.userId());

    assertThat(users().findAnonymous(token)).isEmpty();
    assertThat(stores.threads().find(guest.userId(), thread)).isEmpty();
    assertThat(found(thread).messageCount()).isEqualTo(1);
    assertThat(((UserMessage) history(thread).messages().getFirst()).author())
        .isEqualTo(owner.userId());
    assertThat(stores.threads().list(owner.userId(), 10, null, false).threads())
        .extracting(ChatThread::id)
        .containsExactlyInAnyOrder(thread, mine)
        .doesNotContain(strangers);
  }

  @Test
  void claim_makesTurnsThoseOfTheNewOwner() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);
    var waiting = saved(Fixtures.draft(guest.userId(), thread)).receipt();
    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).isPresent();

    var claimed = store.claim(lease, 1, thread);

    assertThat(claimed).extracting(ClaimedTurn::id).containsExactly(waiting.requestId());
    assertThat(claimed.getFirst().context().subject()).isEqualTo(owner.subject());
    assertThat(claimed.getFirst().context().question().author()).isEqualTo(owner.userId());
  }

  @Test
  void claim_ofAnUnknownOrSpentToken_isEmptyAndChangesNothing() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);

    assertThat(users().claim(owner.userId(), Fixtures.tokenHash(), Fixtures.NOON)).isEmpty();
    assertThat(stores.threads().find(guest.userId(), thread)).isPresent();
    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).isPresent();

    Caller.SignedIn second = Fixtures.signedIn(users());
    assertThat(users().claim(second.userId(), token, Fixtures.NOON)).isEmpty();
    assertThat(stores.threads().find(owner.userId(), thread)).isPresent();
  }

  @Test
  void claim_byManyAtOnce_succeedsOnce() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);
    List<Caller.SignedIn> callers =
        Stream.generate(() -> Fixtures.signedIn(users())).limit(10).toList();

    List<Optional<UserId>> claims =
        ConcurrencyContract.atOnce(
            10, i -> users().claim(callers.get(i).userId(), token, Fixtures.NOON));

    assertThat(claims).filteredOn(Optional::isPresent).hasSize(1);
    int winner = claims.indexOf(Optional.of(guest.userId()));
    assertThat(stores.threads().find(callers.get(winner).userId(), thread)).isPresent();
  }

  @Test
  void claim_keepsMessagesIdempotent() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);
    var draft = Fixtures.draft(guest.userId(), thread).clientMessageId(UUID.randomUUID());
    var first = saved(draft);
    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).isPresent();

    assertThat(store.save(draft.again(owner.userId(), thread).build()))
        .isInstanceOfSatisfying(
            SaveOutcome.Duplicate.class,
            repeat -> assertThat(repeat.receipt()).isEqualTo(first.receipt()));
    assertThat(contents(thread)).hasSize(1);
  }

  @Test
  void claim_whereBothUsedOneClientMessageId_keepsBothMessages() {
    UUID id = UUID.randomUUID();
    Caller.Anonymous guest = guest();
    ThreadId theirs = thread(guest);
    var unused = saved(Fixtures.draft(guest.userId(), theirs).clientMessageId(id));
    ThreadId mine = thread();
    var mineDraft = draft(mine).clientMessageId(id);
    var kept = saved(mineDraft);

    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).isPresent();

    assertThat(contents(theirs)).hasSize(1);
    assertThat(contents(mine)).hasSize(1);
    assertThat(store.save(mineDraft.again().build()))
        .isInstanceOfSatisfying(
            SaveOutcome.Duplicate.class,
            repeat -> assertThat(repeat.receipt()).isEqualTo(kept.receipt()));
  }

  @Test
  void claim_whereTheNewOwnerHasDeletedASendOfThatName_keepsTheMessage() {
    UUID id = UUID.randomUUID();
    ThreadId mine = thread();
    var mineDraft = draft(mine).clientMessageId(id);
    var unused = saved(mineDraft);
    assertThat(stores.threads().delete(owner.userId(), mine)).isTrue();
    Caller.Anonymous guest = guest();
    ThreadId theirs = thread(guest);
    unused = saved(Fixtures.draft(guest.userId(), theirs).clientMessageId(id));

    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).isPresent();

    assertThat(contents(theirs)).hasSize(1);
    assertThat(store.save(mineDraft.again().build()))
        .as("what was deleted stays deleted")
        .isInstanceOf(SaveOutcome.ThreadNotFound.class);
    assertThat(stores.threads().delete(owner.userId(), theirs)).isTrue();
  }

  @Test
  void claim_keepsTheNamesOfWhatTheGuestHasDeleted() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);
    var draft = Fixtures.draft(guest.userId(), thread).clientMessageId(UUID.randomUUID());
    var unused = saved(draft);
    assertThat(stores.threads().delete(guest.userId(), thread)).isTrue();

    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).isPresent();

    assertThat(store.save(draft.again(owner.userId(), thread()).build()))
        .isInstanceOf(SaveOutcome.ThreadNotFound.class);
  }

  @Test
  void claim_whileATurnRuns_letsItEndInTheThreadOfTheNewOwner() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);
    ClaimedTurn turn = running(Fixtures.draft(guest.userId(), thread).content("asked as a guest"));

    assertThat(users().claim(owner.userId(), token, Fixtures.NOON)).isPresent();
    var unused = answered(turn, "told to the owner");

    assertThat(contents(thread)).containsExactly("asked as a guest", "told to the owner");
  }

  @Test
  void claim_whileTheGuestSends_losesNothingThatWasAcknowledged() {
    Caller.Anonymous guest = guest();
    ThreadId thread = thread(guest);

    List<Boolean> kept =
        ConcurrencyContract.atOnce(
            16,
            i ->
                i == 7
                    ? users().claim(owner.userId(), token, Fixtures.NOON).isEmpty()
                    : store.save(Fixtures.draft(guest.userId(), thread).content("m" + i).build())
                        instanceof SaveOutcome.Saved);

    assertThat(contents(thread)).hasSize((int) kept.stream().filter(saved -> saved).count());
  }
}
