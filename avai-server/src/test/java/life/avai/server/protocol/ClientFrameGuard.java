package life.avai.server.protocol;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import life.avai.testkit.client.ClientListener;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.CloseStatus;

/**
 * Holds what every test client receives to the schemas, and what it sends where the server took it:
 * tests send much that is wrong, but a schema must not be stricter than the server.
 */
public final class ClientFrameGuard implements ClientListener {
  private final Map<TestClient, Peer> peers = new ConcurrentHashMap<>();

  @Override
  public void sending(TestClient client, String text) {
    try {
      if (Json.parse(text) instanceof JsonObject frame) {
        peer(client).sent(frame);
      }
    } catch (JsonException e) {
      // Sent to be refused.
    }
  }

  @Override
  public void received(TestClient client, JsonObject frame) {
    FrameGuardExtension.complain(peer(client).conversation(frame).complaints(frame));
    JsonObject accepted = peer(client).acceptedBy(frame);
    if (accepted != null) {
      FrameGuardExtension.complain(Conversation.FROM_CLIENT.complaints(accepted));
    }
  }

  @Override
  public void ended(TestClient client, CloseStatus status) {
    peers.remove(client);
  }

  private Peer peer(TestClient client) {
    return peers.computeIfAbsent(client, c -> new Peer());
  }

  /** Whom a client talks with, and what it waits for. */
  private static final class Peer {
    private final Map<Object, JsonObject> unanswered = new ConcurrentHashMap<>();
    private volatile Conversation conversation;

    /** The server welcomes; a canister, to which a test may talk too, does not. */
    Conversation conversation(JsonObject frame) {
      if (conversation == null) {
        conversation =
            frame.type().equals("welcome") ? Conversation.TO_CLIENT : Conversation.FROM_CANISTER;
      }
      return conversation;
    }

    void sent(JsonObject frame) {
      Object id = frame.get("id");
      if (id != null && unanswered.put(id, frame) != null) {
        unanswered.remove(id); // used twice at once: which answer is whose cannot be told
      }
    }

    JsonObject acceptedBy(JsonObject frame) {
      Object id = frame.get("in_reply_to");
      JsonObject request = id == null ? null : unanswered.remove(id);
      return frame.type().equals("error") ? null : request;
    }
  }
}
