package life.avai.testkit.check;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What a run looked like from the outside.
 *
 * @param events in the order in which they were seen
 * @param snapshots rows in the middle of the run, oldest first
 * @param database the rows at the end
 */
public record Recording(List<Event> events, List<Database> snapshots, Database database) {
  /** Copies the lists. */
  public Recording {
    events = List.copyOf(events);
    snapshots = List.copyOf(snapshots);
  }

  /**
   * The faults that the run met: those that it shows, and those that were told.
   *
   * @return a new set
   */
  public Set<Fault> faults() {
    return FaultsSeen.in(this);
  }

  /**
   * Demands that the run met what it was for: else it proves nothing about it.
   *
   * @param wanted the faults that it must have met
   * @throws AssertionError that names those that it did not
   */
  public void requireMet(Fault... wanted) {
    Set<Fault> met = faults();
    List<Fault> missing = Arrays.stream(wanted).filter(fault -> !met.contains(fault)).toList();
    if (!missing.isEmpty()) {
      throw new AssertionError("The run did not meet " + missing + ", only " + met);
    }
  }
}
