package life.avai.canister.connection;

import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.ReplySink;

/**
 * A place that was taken for one question: to be used, or handed back.
 *
 * @param permit the circuit's
 */
record Place(Canister canister, CanisterLink link, int permit) {
  PendingReply ask(AssistantRequest request, ReplySink sink) {
    return link.ask(request, sink, permit);
  }

  void handBack() {
    canister.unused(permit);
    link.release();
  }
}
