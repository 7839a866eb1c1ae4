package life.avai.testkit.check;

import java.util.List;

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
}
