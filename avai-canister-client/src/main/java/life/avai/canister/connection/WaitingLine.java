package life.avai.canister.connection;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.identity.Tier;
import org.jspecify.annotations.Nullable;

/**
 * Questions that wait for a place, in an order that is fair: users take turns whatever number of
 * questions each has, and the higher a user's tier, the more turns. Nobody waits for ever, because
 * every question's number is fixed when it comes ("start-time fair queueing").
 *
 * <p>The anonymous have no name here, so each of their conversations counts as a user.
 *
 * <p>Safe for use by many threads at once.
 */
final class WaitingLine {
  // Guarded by this, as all that follows.
  private final TreeSet<Ticket> tickets = new TreeSet<>();

  /** Where the next question of each waiting user will stand; forgotten when nobody waits. */
  private final Map<String, Double> nextStart = new HashMap<>();

  private double now;
  private long arrivals;

  /** A question's number in the line. */
  static final class Ticket implements Comparable<Ticket> {
    private final AssistantRequest request;
    private final double start;
    private final long arrival;
    private final CompletableFuture<Place> place = new CompletableFuture<>();

    private Ticket(AssistantRequest request, double start, long arrival) {
      this.request = request;
      this.start = start;
      this.arrival = arrival;
    }

    /** Completes when it has a place. */
    CompletableFuture<Place> place() {
      return place;
    }

    @Override
    public int compareTo(Ticket other) {
      int byStart = Double.compare(start, other.start);
      return byStart != 0 ? byStart : Long.compare(arrival, other.arrival);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Ticket ticket && compareTo(ticket) == 0;
    }

    @Override
    public int hashCode() {
      return Objects.hash(start, arrival);
    }
  }

  private static int turns(Tier tier) {
    return switch (tier) {
      case ANONYMOUS -> 1;
      case FREE -> 2;
      case PRO -> 4;
      case ENTERPRISE -> 8;
    };
  }

  synchronized boolean isEmpty() {
    return tickets.isEmpty();
  }

  synchronized int size() {
    return tickets.size();
  }

  synchronized Ticket join(AssistantRequest request) {
    String user = Objects.requireNonNullElse(request.subject(), request.threadId().toString());
    double start = Math.max(now, nextStart.getOrDefault(user, now));
    nextStart.put(user, start + 1.0 / turns(request.tier()));
    Ticket ticket = new Ticket(request, start, arrivals++);
    tickets.add(ticket);
    return ticket;
  }

  /** Takes a question out of the line; false when it has a place. */
  synchronized boolean leave(Ticket ticket) {
    boolean waited = tickets.remove(ticket);
    forgetIfEmpty();
    return waited;
  }

  /**
   * Gives places to those whose turn it is. One that cannot have any of the places that are free
   * does not hold up those behind it.
   *
   * @param isRoom whether any place is free
   * @param reserve takes a place for a question, if there is one for it
   */
  synchronized void serve(
      BooleanSupplier isRoom, Function<AssistantRequest, @Nullable Place> reserve) {
    Iterator<Ticket> inTurn = tickets.iterator();
    while (inTurn.hasNext() && isRoom.getAsBoolean()) {
      Ticket ticket = inTurn.next();
      Place place = reserve.apply(ticket.request);
      if (place != null) {
        inTurn.remove();
        now = Math.max(now, ticket.start);
        ticket.place.complete(place);
      }
    }
    forgetIfEmpty();
  }

  private void forgetIfEmpty() {
    if (tickets.isEmpty()) {
      nextStart.clear();
      now = 0;
    }
  }
}
