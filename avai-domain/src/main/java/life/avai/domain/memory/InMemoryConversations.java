package life.avai.domain.memory;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.ThreadContext;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.FailureCode;
import life.avai.domain.turn.Lease;
import life.avai.domain.turn.RequestId;
import life.avai.domain.turn.TurnEnd;
import life.avai.domain.turn.TurnOwner;
import life.avai.domain.turn.TurnSnapshot;
import life.avai.domain.turn.TurnState;
import org.jspecify.annotations.Nullable;

/** Conversations in memory. */
final class InMemoryConversations implements ConversationStore {
  private static final int EXPIRE_AT_ONCE = 500;

  private final Tables tables;
  private final int exchanges;
  private final Saving saving;
  private final Finishing finishing;

  InMemoryConversations(Tables tables, int exchanges) {
    this.tables = tables;
    this.exchanges = exchanges;
    this.saving = new Saving(tables, this::claimed);
    this.finishing = new Finishing(tables);
  }

  @Override
  public SaveOutcome save(MessageDraft draft) {
    return tables.atomically(() -> saving.save(draft));
  }

  private ClaimedTurn claimed(Conversation conversation, Turn turn) {
    User owner = requireNonNull(tables.users.get(conversation.thread.owner()), "owner");
    return new ClaimedTurn(
        turn.id,
        turn.attempt,
        turn.tries,
        turn.cancelRequested,
        new ThreadContext(
            conversation.thread.title(),
            owner.subject(),
            owner.tier(),
            conversation.exchangesBefore(turn.position, exchanges),
            conversation.question(turn)));
  }

  private record Candidate(Conversation conversation, Turn turn) {}

  /** Of one instant the ids tell, as they do in the database: they stand in order of time. */
  private static final Comparator<Candidate> OLDEST_FIRST =
      Comparator.comparing((Candidate candidate) -> candidate.turn().createdAt)
          .thenComparing(candidate -> candidate.turn().id.toString());

  @Override
  public List<ClaimedTurn> claim(Lease lease, int limit, @Nullable ThreadId only) {
    return tables.atomically(() -> {
      Instant now = tables.now();
      List<Candidate> oldestFirst =
          tables.conversations().stream()
              .filter(conversation -> only == null || conversation.thread.id().equals(only))
              .flatMap(conversation ->
                  conversation.oldestUnfinished().stream()
                      .filter(turn -> turn.isClaimable(now))
                      .map(turn -> new Candidate(conversation, turn)))
              .sorted(OLDEST_FIRST)
              .toList();
      return takingTurns(oldestFirst).stream()
          .limit(limit)
          .map(candidate -> {
            candidate.turn().run(lease, now);
            return claimed(candidate.conversation(), candidate.turn());
          })
          .toList();
    });
  }

  /** The first of every user's, then the second of every user's, and so on. */
  private static List<Candidate> takingTurns(List<Candidate> oldestFirst) {
    Map<UserId, Integer> sofar = new HashMap<>();
    Map<Candidate, Integer> round = new HashMap<>();
    for (Candidate candidate : oldestFirst) {
      round.put(candidate, sofar.merge(candidate.conversation().thread.owner(), 1, Integer::sum));
    }
    return oldestFirst.stream().sorted(Comparator.comparing(round::get)).toList();
  }

  @Override
  public OptionalInt beginAttempt(RequestId id, Lease lease, int attempt) {
    return tables.atomically(() -> {
      Turn turn = tables.turn(id);
      if (turn == null || !turn.isHeldBy(lease.owner(), attempt)) {
        return OptionalInt.empty();
      }
      turn.run(lease, tables.now());
      return OptionalInt.of(turn.attempt);
    });
  }

  @Override
  public boolean giveBack(RequestId id, TurnOwner owner, int attempt, Duration notBefore) {
    return tables.atomically(() -> {
      Turn turn = tables.turn(id);
      if (turn == null || !turn.isHeldBy(owner, attempt)) {
        return false;
      }
      turn.state = TurnState.WAITING;
      turn.leaseUntil = null;
      turn.notBefore = tables.now().plus(notBefore);
      return true;
    });
  }

  @Override
  public boolean refuse(RequestId id, FailureCode code, Instant now) {
    return tables.atomically(() -> {
      Turn turn = tables.turn(id);
      if (turn == null || turn.state != TurnState.WAITING) {
        return false;
      }
      turn.end(TurnState.FAILED, code);
      return true;
    });
  }

  @Override
  public FinishOutcome finish(TurnEnd end) {
    return tables.atomically(() -> finishing.finish(end));
  }

  @Override
  public LeaseReport renew(Lease lease, Collection<RequestId> turns) {
    return tables.atomically(() -> {
      Set<RequestId> held = new HashSet<>();
      Set<RequestId> cancel = new HashSet<>();
      for (RequestId id : turns) {
        Turn turn = tables.turn(id);
        if (turn != null && turn.isHeldBy(lease.owner())) {
          turn.leaseUntil = tables.now().plus(lease.duration());
          held.add(id);
          if (turn.cancelRequested) {
            cancel.add(id);
          }
        }
      }
      return new LeaseReport(held, cancel);
    });
  }

  @Override
  public List<TurnSnapshot> expire(Instant now) {
    return tables.atomically(() -> {
      Instant moment = tables.now();
      return tables.conversations().stream()
          .flatMap(conversation ->
              conversation.turns.stream()
                  .filter(turn -> turn.isExpired(moment))
                  .map(turn -> new Candidate(conversation, turn)))
          .limit(EXPIRE_AT_ONCE)
          .toList()
          .stream()
          .map(candidate -> {
            candidate.turn().end(TurnState.EXPIRED, FailureCode.EXPIRED);
            return candidate.conversation().snapshot(candidate.turn());
          })
          .toList();
    });
  }

  @Override
  public List<TurnSnapshot> turns(Collection<RequestId> ids) {
    return tables.atomically(() ->
        ids.stream()
            .map(id -> {
              Conversation conversation = tables.conversationOf(id);
              Turn turn = tables.turn(id);
              return conversation == null || turn == null ? null : conversation.snapshot(turn);
            })
            .filter(Objects::nonNull)
            .map(Objects::requireNonNull)
            .toList());
  }

  @Override
  public List<TurnSnapshot> unfinished(ThreadId thread) {
    return tables.atomically(() -> {
      Conversation conversation = tables.conversation(thread);
      return conversation == null
          ? List.of()
          : conversation.unfinished().stream().map(conversation::snapshot).toList();
    });
  }

  @Override
  public long waitingTurns() {
    return tables.atomically(() ->
        tables.conversations().stream()
            .flatMap(conversation -> conversation.turns.stream())
            .filter(turn -> turn.state == TurnState.WAITING)
            .count());
  }

  @Override
  public Optional<CancelReport> cancel(
      UserId owner,
      ThreadId thread,
      @Nullable RequestId only,
      @Nullable RequestId except,
      Instant now) {
    return tables.atomically(
        () -> tables.owned(owner, thread).map(found -> cancel(found, only, except)));
  }

  private CancelReport cancel(
      Conversation conversation, @Nullable RequestId only, @Nullable RequestId except) {
    List<RequestId> ended = new ArrayList<>();
    List<RequestId> running = new ArrayList<>();
    for (Turn turn : conversation.unfinished()) {
      if (turn.id.equals(except)) {
        break;
      }
      if (only != null && !turn.id.equals(only)) {
        continue;
      }
      if (turn.state == TurnState.WAITING || turn.isAbandoned(tables.now())) {
        turn.end(TurnState.CANCELLED, null);
        ended.add(turn.id);
      } else {
        turn.cancelRequested = true;
        running.add(turn.id);
      }
    }
    return new CancelReport(ended, running);
  }

  @Override
  public RegenerateOutcome regenerate(
      UserId owner,
      ThreadId thread,
      RequestId newTurn,
      TurnStart start,
      Duration expiry,
      Instant now) {
    return tables.atomically(() -> {
      Optional<Conversation> found = tables.owned(owner, thread);
      if (found.isEmpty()) {
        return new RegenerateOutcome.ThreadNotFound();
      }
      Turn earlier = tables.turn(newTurn);
      if (earlier != null) {
        // The same call once more.
        return new RegenerateOutcome.Regenerating(newTurn, earlier.messageId, null);
      }
      Conversation conversation = found.get();
      if (conversation.oldestUnfinished().isPresent()) {
        return new RegenerateOutcome.Busy();
      }
      Optional<UserMessage> question = conversation.lastQuestion();
      if (question.isEmpty()) {
        return new RegenerateOutcome.NothingToAnswer();
      }
      return regenerate(conversation, question.get(), newTurn, start, expiry, now);
    });
  }

  private RegenerateOutcome regenerate(
      Conversation conversation,
      UserMessage question,
      RequestId newTurn,
      TurnStart start,
      Duration expiry,
      Instant now) {
    conversation.supersede(question, now);
    Instant moment = tables.now();
    Turn turn = new Turn(newTurn, question.id(), question.position(), now, moment.plus(expiry));
    boolean running = turn.begin(start, true, moment);
    tables.add(conversation, turn);
    return new RegenerateOutcome.Regenerating(
        newTurn, question.id(), running ? claimed(conversation, turn) : null);
  }
}
