package life.avai.server.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Room for a few copies at once, and for fewer to one address. Each has a minute for certain; one
 * that takes longer gives its place to the next who comes when there is no other, the oldest first.
 * So nobody holds the places by reading slowly.
 *
 * <p>Safe for use by many threads at once.
 */
final class CopyPlaces {
  static final int AT_ONCE = 8;
  static final int OF_ONE_ADDRESS = 2;
  static final Duration CERTAIN = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  // Guarded by this; oldest first.
  private final Set<Place> taken = new LinkedHashSet<>();

  /** A place that somebody has. */
  static final class Place {
    private final InetAddress client;
    private final long sinceNanos;
    private volatile boolean lost;

    private Place(InetAddress client, long sinceNanos) {
      this.client = client;
      this.sinceNanos = sinceNanos;
    }

    /** Whether it was given to another: then no more is written. */
    boolean isLost() {
      return lost;
    }
  }

  /**
   * All places are free.
   *
   * @param nanoTime as System.nanoTime
   */
  CopyPlaces(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Takes a place that is free, or could be made so by {@link #begin}; null when there is none. */
  synchronized @Nullable Place tryEnter(InetAddress client) {
    long certain = taken.stream().filter(place -> !isLong(place)).count();
    long ofClient = taken.stream().filter(place -> place.client.equals(client)).count();
    if (certain >= AT_ONCE || ofClient >= OF_ONE_ADDRESS) {
      return null;
    }
    Place place = new Place(client, nanoTime.getAsLong());
    taken.add(place);
    return place;
  }

  /** The place is needed: whoever had it for long may lose theirs. */
  synchronized void begin(Place place) {
    Iterator<Place> oldestFirst = taken.iterator();
    while (taken.size() > AT_ONCE && oldestFirst.hasNext()) {
      Place oldest = oldestFirst.next();
      if (oldest != place && isLong(oldest)) {
        oldest.lost = true;
        oldestFirst.remove();
      }
    }
  }

  synchronized void leave(Place place) {
    taken.remove(place);
  }

  private boolean isLong(Place place) {
    return nanoTime.getAsLong() - place.sinceNanos > CERTAIN.toNanos();
  }
}
