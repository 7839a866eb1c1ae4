package life.avai.server.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * What there is to get: the chat page and its parts, health, metrics. Everything else is 404, as
 * JSON.
 *
 * <p>Safe for use by many threads at once; may block.
 */
public final class HttpResources {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String JSON_TYPE = "application/json; charset=utf-8";
  private static final String PAGE = "/index.html";
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "ts", "text/plain; charset=utf-8",
          "json", JSON_TYPE);

  private final Supplier<Health> health;
  private final Supplier<String> metrics;
  private final boolean operatorsOnMainPort;
  private final int metricsPort;
  private final Map<String, Answer> pageParts = new ConcurrentHashMap<>();

  /**
   * Made once for a server.
   *
   * @param metricsPort where {@code /metrics} and health details are for everybody who can reach
   *     it; 0 when there is no such port, and then the loopback alone sees them on the main one
   */
  public HttpResources(Supplier<Health> health, Supplier<String> metrics, int metricsPort) {
    this.health = health;
    this.metrics = metrics;
    this.metricsPort = metricsPort;
    this.operatorsOnMainPort = metricsPort == 0;
  }

  /**
   * A GET.
   *
   * @param local whether it comes from this machine, on nobody else's behalf
   * @param port where it came in
   */
  public record Request(String path, boolean local, int port) {}

  /** What is sent back. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody: it is a body.
  public record Answer(
      HttpResponseStatus status, String contentType, byte[] body, Map<String, String> headers) {
    static Answer json(HttpResponseStatus status, Map<String, ?> fields) {
      return new Answer(status, JSON_TYPE, JSON.writeValueAsBytes(fields), Map.of());
    }

    static Answer error(HttpResponseStatus status, String reason) {
      return json(status, Map.of("status", status.code(), "error", reason));
    }
  }

  /**
   * How the server does.
   *
   * @param ready whether it can keep messages
   * @param status in a word
   * @param details version, uptime and the checks
   */
  public record Health(boolean ready, String status, Map<String, Object> details) {}

  Answer answer(Request request) {
    return switch (request.path()) {
      case "/health/live" -> Answer.json(HttpResponseStatus.OK, Map.of("status", "ok"));
      case "/health/ready" -> {
        Health now = health.get();
        yield Answer.json(statusOf(now), Map.of("status", now.ready() ? "ready" : "unavailable"));
      }
      case "/health" -> {
        Health now = health.get();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("status", now.status());
        if (isOperator(request) || request.local()) {
          fields.putAll(now.details());
        }
        yield Answer.json(statusOf(now), fields);
      }
      case "/metrics" ->
          isOperator(request)
              ? new Answer(
                  HttpResponseStatus.OK,
                  "text/plain; version=0.0.4; charset=utf-8",
                  metrics.get().getBytes(StandardCharsets.UTF_8),
                  Map.of())
              : notFound();
      case "/" -> page(PAGE);
      default -> page(request.path());
    };
  }

  private static HttpResponseStatus statusOf(Health health) {
    return health.ready() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE;
  }

  private boolean isOperator(Request request) {
    return operatorsOnMainPort ? request.local() : request.port() == metricsPort;
  }

  /** Whether there is something under a path, whoever may see it. */
  boolean has(String path) {
    return switch (path) {
      case "/", "/metrics", "/health", "/health/live", "/health/ready" -> true;
      default -> page(path).status().equals(HttpResponseStatus.OK);
    };
  }

  private static Answer notFound() {
    return Answer.error(HttpResponseStatus.NOT_FOUND, "there is nothing here");
  }

  /** A part of the page, from the class path; only plain names below one directory. */
  private Answer page(String path) {
    if (!path.matches("(/[a-z0-9][a-z0-9._-]*){1,3}") || path.contains("..")) {
      return notFound();
    }
    Answer known = pageParts.get(path);
    if (known != null) {
      return known;
    }
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    if (type == null) {
      return notFound();
    }
    try (InputStream in =
        HttpResources.class.getResourceAsStream("/life/avai/server/page" + path)) {
      if (in == null) {
        return notFound();
      }
      Answer loaded =
          new Answer(
              HttpResponseStatus.OK,
              type,
              in.readAllBytes(),
              Map.of(
                  "Content-Security-Policy", CONTENT_SECURITY_POLICY, "Cache-Control", "no-cache"));
      pageParts.put(path, loaded);
      return loaded;
    } catch (IOException e) {
      return Answer.error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "the page cannot be read");
    }
  }
}
