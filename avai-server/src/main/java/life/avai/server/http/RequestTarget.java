package life.avai.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a request asks for, if it is clear what that is (RFC 9112, section 3.2). */
sealed interface RequestTarget {
  /** As somebody writes it who takes us for a proxy, and everybody is allowed to. */
  Pattern ABSOLUTE = Pattern.compile("(?i)https?://([^/?#]*)([^#]*)");

  /** A path, decoded and without a query. */
  record Path(String path) implements RequestTarget {}

  /** It is not clear. */
  record Refused(HttpResponseStatus status, String reason) implements RequestTarget {}

  /**
   * Looks at the version, the host and the target. A host in the target itself takes the place of
   * the one in {@code Host}.
   */
  static RequestTarget of(HttpRequest request) {
    HttpVersion version = request.protocolVersion();
    if (version.majorVersion() != 1) {
      return new Refused(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here");
    }
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || (hosts.isEmpty() && version.minorVersion() > 0)) {
      return new Refused(HttpResponseStatus.BAD_REQUEST, "a request has one Host");
    }
    String target = request.uri();
    Matcher absolute = ABSOLUTE.matcher(target);
    if (absolute.matches()) {
      request.headers().set(HttpHeaderNames.HOST, absolute.group(1));
      target = absolute.group(2).startsWith("/") ? absolute.group(2) : "/" + absolute.group(2);
    }
    try {
      return new Path(new QueryStringDecoder(target).path());
    } catch (IllegalArgumentException e) {
      return new Refused(HttpResponseStatus.BAD_REQUEST, "the path is not well-formed");
    }
  }
}
