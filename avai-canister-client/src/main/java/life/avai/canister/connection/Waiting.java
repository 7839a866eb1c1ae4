package life.avai.canister.connection;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import life.avai.domain.assistant.AssistantRequest;
import org.jspecify.annotations.Nullable;

/** One question's wait for a place. */
record Waiting(WaitingLine line, AssistantRequest request) {
  /**
   * Waits in the line.
   *
   * @param serve looks for places that became free before the question stood in the line
   * @return null when its patience ran out first
   */
  @Nullable Place orNothing(Duration patience, Runnable serve) throws InterruptedException {
    WaitingLine.Ticket ticket = line.join(request);
    serve.run();
    try {
      return ticket.place().get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // It may have got its place at the last moment.
      return line.leave(ticket) ? null : ticket.place().join();
    } catch (InterruptedException e) {
      if (!line.leave(ticket)) {
        ticket.place().join().handBack();
      }
      throw e;
    } catch (ExecutionException e) {
      throw new AssertionError("never completed exceptionally", e);
    }
  }
}
