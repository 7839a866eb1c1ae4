package life.avai.server.wire;

import static java.util.Objects.requireNonNull;

import tools.jackson.core.JsonGenerator;

/**
 * A frame for a client, ready to be written as often as there are sockets to write it to.
 *
 * @param type the frame's {@code type}
 * @param body writes the other fields
 */
public record ServerFrame(String type, Body body) {
  public ServerFrame {
    requireNonNull(type, "type");
    requireNonNull(body, "body");
  }

  /** A frame with nothing but its type. */
  static ServerFrame of(String type) {
    return new ServerFrame(type, out -> {});
  }

  /** Writes the fields of a frame into an object that has been begun. */
  @FunctionalInterface
  public interface Body {
    void writeTo(JsonGenerator out);
  }
}
