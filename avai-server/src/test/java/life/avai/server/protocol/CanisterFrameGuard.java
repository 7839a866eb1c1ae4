package life.avai.server.protocol;

import life.avai.testkit.canister.CanisterListener;
import life.avai.testkit.json.JsonObject;

/** Holds what every fake canister is asked to the schemas. */
public final class CanisterFrameGuard implements CanisterListener {
  @Override
  public void received(int connection, JsonObject frame) {
    check(frame);
  }

  static void check(JsonObject frame) {
    FrameGuardExtension.complain(Conversation.TO_CANISTER.complaints(frame));
  }
}
