package life.avai.server.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.util.Map;
import life.avai.server.http.HttpResources.Answer;

/** What lies under a path and is more than something to get. */
public interface Endpoint {
  /** Whether a path is its own. Event loop: does not block. */
  boolean isAt(String path);

  /** Answers a call. On a virtual thread: may block. */
  Reply answer(Call call);

  /**
   * A request, whole.
   *
   * @param body bounded by the listener
   * @param client where it comes from: what counts as one client
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared: it is a body.
  record Call(
      HttpMethod method, String path, HttpHeaders headers, byte[] body, InetAddress client) {}

  /** What is sent back. */
  sealed interface Reply {
    /** All of it at once. */
    record Whole(Answer answer) implements Reply {}

    /** Piece by piece, as fast as the peer takes it. */
    record Streamed(String contentType, Map<String, String> headers, Body body) implements Reply {}

    static Reply error(HttpResponseStatus status, String reason) {
      return new Whole(Answer.error(status, reason));
    }

    /** The path is right and the method is not. */
    static Reply notAllowed(String method) {
      return new Whole(Answer.notAllowed(method));
    }
  }

  /** Writes a body. */
  @FunctionalInterface
  interface Body {
    /**
     * Writes all of it.
     *
     * @throws IOException when the peer is gone, or takes nothing for too long
     */
    void writeTo(OutputStream out) throws IOException;
  }
}
