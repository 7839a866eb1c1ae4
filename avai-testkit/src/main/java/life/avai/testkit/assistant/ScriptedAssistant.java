package life.avai.testkit.assistant;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.ReplySink;

/**
 * An assistant that follows scripts, one for each time it is asked, in their order; when there is
 * none left it answers "Understood.". It is there until it is told not to be.
 *
 * <p>Safe for use by many threads at once.
 */
public final class ScriptedAssistant implements Assistant {
  /** One model that is there and has room. */
  public static final AssistantStatus AVAILABLE =
      new AssistantStatus(AssistantStatus.State.AVAILABLE, 1, 1, 16);

  /** One model that is configured and not there. */
  public static final AssistantStatus UNAVAILABLE =
      new AssistantStatus(AssistantStatus.State.UNAVAILABLE, 0, 1, 0);

  private static final Script UNDERSTOOD = Script.answer("Under", "stood.");

  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  private final List<AssistantRequest> requests = new CopyOnWriteArrayList<>();
  private final List<Runnable> callbacks = new CopyOnWriteArrayList<>();
  private volatile AssistantStatus status = AVAILABLE;

  /** An assistant that is there and has no script. */
  public ScriptedAssistant() {}

  /** Adds scripts for the next questions. */
  public void plays(Script... next) {
    scripts.addAll(List.of(next));
  }

  /** Adds a reply that goes on only when the test says so. */
  public HeldReply holds() {
    HeldReply held = new HeldReply();
    plays(held);
    return held;
  }

  /** Changes how things stand and tells everybody who wants to know. */
  public void is(AssistantStatus now) {
    status = now;
    callbacks.forEach(Runnable::run);
  }

  /** What it was asked so far, oldest first. */
  public List<AssistantRequest> requests() {
    return List.copyOf(requests);
  }

  @Override
  public AssistantReply reply(AssistantRequest request, ReplySink sink)
      throws InterruptedException {
    requests.add(request);
    Script next = scripts.poll();
    return (next == null ? UNDERSTOOD : next).play(request, sink);
  }

  @Override
  public AssistantStatus status() {
    return status;
  }

  @Override
  public void onStatusChange(Runnable callback) {
    callbacks.add(callback);
  }
}
