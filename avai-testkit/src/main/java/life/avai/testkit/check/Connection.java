package life.avai.testkit.check;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One connection of a client, with what went over it in the order in which the client saw it. */
final class Connection {
  private final int number;
  private final List<Seen> frames = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private boolean unseen;
  private @Nullable Event end;

  /**
   * A frame that was read.
   *
   * @param user as whom the connection was authenticated when it came; null for nobody
   * @param expires when that ends; null for never
   * @param request what it answers; null for nothing that is known
   */
  record Seen(
      Event event, @Nullable String user, @Nullable Instant expires, @Nullable Request request) {}

  Connection(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  List<Seen> frames() {
    return frames;
  }

  List<Request> requests() {
    return requests;
  }

  /** Whether something was sent that was not recorded. */
  boolean isUnseen() {
    return unseen;
  }

  void becomesUnseen() {
    unseen = true;
  }

  @Nullable Event end() {
    return end;
  }

  void ended(Event event) {
    end = event;
  }

  @Override
  public String toString() {
    return "connection " + number;
  }
}
