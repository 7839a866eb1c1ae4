package life.avai.canister.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.ReplySink;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of one question: put to one canister and, if hedging is on and that one does not
 * begin in time, to a second. Whoever first has text is the one whose answer it is; the other is
 * told to stop, and nothing of what it says is passed on.
 *
 * <p>Used by the thread that asks; the sinks by event loops.
 */
final class Asking {
  private static final Duration FOR_EVER = Duration.ofDays(365);

  private final CanisterPool pool;
  private final AssistantRequest request;
  private final ReplySink sink;
  private final @Nullable Duration hedgeAfter;
  private final List<Put> puts = new ArrayList<>(2);
  private final BlockingQueue<Put> news = new LinkedBlockingQueue<>();
  // Guarded by this.
  private @Nullable Put winner;

  Asking(
      CanisterPool pool, AssistantRequest request, ReplySink sink, @Nullable Duration hedgeAfter) {
    this.pool = pool;
    this.request = request;
    this.sink = sink;
    this.hedgeAfter = hedgeAfter;
  }

  /** The question as one canister has it. */
  private final class Put implements ReplySink {
    final Place place;
    private @Nullable PendingReply pending;
    private boolean givenUp;

    Put(Place place) {
      this.place = place;
    }

    PendingReply reply() {
      if (pending == null) {
        throw new IllegalStateException("not asked yet");
      }
      return pending;
    }

    void ask() {
      PendingReply asked = place.ask(request, this);
      pending = asked;
      var unused = asked.text().thenRun(() -> news.add(this));
      var unusedToo = asked.outcome().thenRun(() -> news.add(this));
    }

    @Override
    public void delta(String text) {
      if (wins(this)) {
        sink.delta(text);
      }
    }

    @Override
    public void progress(@Nullable String step, @Nullable Double percentage) {
      if (leads(this)) {
        sink.progress(step, percentage);
      }
    }

    @Nullable AssistantReply outcome() {
      return reply().outcome().getNow(null);
    }

    void giveUp(String label) {
      place.link().giveUp(reply(), label);
    }
  }

  private synchronized boolean wins(Put put) {
    if (winner == null) {
      winner = put;
    }
    return winner == put;
  }

  private synchronized boolean leads(Put put) {
    return winner == null || winner == put;
  }

  private synchronized @Nullable Put winner() {
    return winner;
  }

  /** Asks, beginning at a place, and waits for the outcome. */
  AssistantReply from(Place place) throws InterruptedException {
    put(place);
    Duration patience = hedgeAfter == null ? FOR_EVER : hedgeAfter;
    try {
      while (true) {
        Put told = news.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        patience = FOR_EVER;
        if (told == null) {
          askAnother();
          continue;
        }
        AssistantReply outcome = outcome(told);
        Put ahead = winner();
        if (outcome != null || ahead != null) {
          giveUpAllBut(outcome == null ? ahead : told);
        }
        if (outcome != null) {
          return outcome;
        }
      }
    } catch (InterruptedException e) {
      puts.forEach(put -> put.giveUp("cancelled"));
      throw e;
    }
  }

  private void put(Place place) {
    Put put = new Put(place);
    puts.add(put);
    put.ask();
  }

  private void askAnother() {
    Place other = pool.reserveElsewhere(request, puts.getFirst().place.canister());
    if (other != null) {
      put(other);
    }
  }

  /** The outcome of the attempt, if what one canister has come to is it; null to go on. */
  private @Nullable AssistantReply outcome(Put told) {
    AssistantReply reply = told.outcome();
    if (reply == null || told.givenUp) {
      return null;
    }
    if (reply instanceof AssistantReply.Broken) {
      pool.lost(request, told.place.canister());
    }
    Put ahead = winner();
    if (ahead == null && reply instanceof AssistantReply.Completed) {
      return wins(told) ? reply : null;
    }
    boolean isLast = puts.stream().allMatch(put -> put == told || put.outcome() != null);
    return ahead == told || (ahead == null && isLast) ? reply : null;
  }

  private void giveUpAllBut(@Nullable Put one) {
    for (Put put : puts) {
      if (put != one && !put.givenUp) {
        put.givenUp = true;
        put.giveUp("hedged");
      }
    }
  }
}
