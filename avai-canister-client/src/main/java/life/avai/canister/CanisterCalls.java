package life.avai.canister;

import java.net.URI;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import org.jspecify.annotations.Nullable;

/**
 * Follows each question that is put to a canister, from when it leaves to its end: for traces. A
 * question that is asked again, or of two canisters at once, is put more than once.
 *
 * <p>Called on any thread, event loops among them; must not block.
 */
@FunctionalInterface
public interface CanisterCalls {
  /** Nobody follows. */
  CanisterCalls NONE = (url, request) -> Call.UNFOLLOWED;

  /** A question is about to be put. */
  Call put(URI url, AssistantRequest request);

  /** One question on its way. */
  interface Call {
    /** One that nobody follows. */
    Call UNFOLLOWED = new Call() {};

    /** What the canister is told of the trace (W3C Trace Context); null for nothing. */
    default @Nullable String traceparent() {
      return null;
    }

    /** The first piece of text has come. */
    default void begun() {}

    /**
     * There is an outcome. Called once.
     *
     * @param outcome as in {@link CanisterEvents#finished}
     */
    default void finished(AssistantReply reply, String outcome) {}
  }
}
