package life.avai.testkit.assistant;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.ReplySink;
import org.jspecify.annotations.Nullable;

/**
 * A reply that goes on only when the test says so: it blocks whoever asks until it is ended.
 *
 * <p>Safe for use by many threads at once; for one question.
 */
public final class HeldReply implements Script {
  private static final long PATIENCE_SECONDS = 10;

  /** One step; gives the end of the reply, or null when there is more to come. */
  @FunctionalInterface
  private interface Order {
    @Nullable AssistantReply follow(ReplySink sink);
  }

  private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
  private final CompletableFuture<AssistantRequest> asked = new CompletableFuture<>();
  private final CompletableFuture<Boolean> stopped = new CompletableFuture<>();

  /** A reply of which nothing is said yet. */
  public HeldReply() {}

  @Override
  public AssistantReply play(AssistantRequest request, ReplySink sink) throws InterruptedException {
    asked.complete(request);
    try {
      while (true) {
        AssistantReply end = orders.take().follow(sink);
        if (end != null) {
          return end;
        }
      }
    } catch (InterruptedException e) {
      stopped.complete(true);
      throw e;
    }
  }

  /**
   * Waits until somebody asks.
   *
   * @throws AssertionError when nobody does within ten seconds
   */
  public AssistantRequest awaitAsked() {
    return await(asked, "nobody asked");
  }

  /**
   * Waits until whoever asked has given the answer up.
   *
   * @throws AssertionError when that does not happen within ten seconds
   */
  public void awaitStopped() {
    boolean unused = await(stopped, "nobody stopped the reply");
  }

  /** Streams a piece and waits until it has been passed on. */
  public void delta(String text) {
    CompletableFuture<Boolean> passed = new CompletableFuture<>();
    orders.add(sink -> {
      sink.delta(text);
      passed.complete(true);
      return null;
    });
    boolean unused = await(passed, "the piece was not taken");
  }

  /** Ends the reply with all of its text. */
  public void complete(String whole) {
    end(new AssistantReply.Completed(Script.completion(whole)));
  }

  /** Ends the reply. */
  public void end(AssistantReply reply) {
    orders.add(sink -> reply);
  }

  private static <T> T await(CompletableFuture<T> event, String otherwise) {
    try {
      return event.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(otherwise, e);
    }
  }
}
