package life.avai.server.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
  private final Supplier<Health> health;
  private final Supplier<String> metrics;
  private final @Nullable AdminResources admin;
  private final boolean operatorsOnMainPort;
  private final int metricsPort;
  private final PageConfig page;
  private final PageFiles files;

  /**
   * Made once for a server.
   *
   * @param admin for those who may see {@code /metrics} and have a token; null for nobody
   * @param metricsPort where {@code /metrics} and health details are for everybody who can reach
   *     it; 0 when there is no such port, and then the loopback alone sees them on the main one
   * @param page what the chat page is told
   */
  public HttpResources(
      Supplier<Health> health,
      Supplier<String> metrics,
      @Nullable AdminResources admin,
      int metricsPort,
      PageConfig page) {
    this.health = health;
    this.metrics = metrics;
    this.admin = admin;
    this.metricsPort = metricsPort;
    this.operatorsOnMainPort = metricsPort == 0;
    this.page = page;
    this.files = new PageFiles(page);
  }

  /**
   * A GET.
   *
   * @param local whether it comes from this machine, on nobody else's behalf
   * @param port where it came in
   * @param tag {@code If-None-Match}; null when it is absent
   * @param authorization the header; null when it is absent
   */
  public record Request(
      String path, boolean local, int port, @Nullable String tag, @Nullable String authorization) {}

  /** What is sent back. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared, and copied by nobody: it is a body.
  public record Answer(
      HttpResponseStatus status, String contentType, byte[] body, Map<String, String> headers) {
    static Answer json(HttpResponseStatus status, Map<String, ?> fields) {
      return new Answer(status, JSON_TYPE, JSON.writeValueAsBytes(fields), Map.of());
    }

    static Answer error(HttpResponseStatus status, String reason) {
      Map<String, Object> fields = new LinkedHashMap<>(); // In the order that is documented.
      fields.put("status", status.code());
      fields.put("error", reason);
      return json(status, fields);
    }

    /** The path is right and the method is not. */
    static Answer notAllowed(String allowed) {
      Answer answer = error(HttpResponseStatus.METHOD_NOT_ALLOWED, "only " + allowed);
      return new Answer(
          answer.status(), answer.contentType(), answer.body(), Map.of("Allow", allowed));
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
      case "/admin", "/admin/analytics.json" ->
          admin != null && isOperator(request)
              ? admin.answer(request.path(), request.authorization())
              : notFound();
      case "/config.json" -> Answer.json(HttpResponseStatus.OK, page.fields());
      case "/" -> file("/index.html", request.tag());
      default -> file(request.path(), request.tag());
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
      case "/admin", "/admin/analytics.json" -> admin != null;
      case "/", "/config.json", "/metrics", "/health", "/health/live", "/health/ready" -> true;
      default -> file(path, null).status().equals(HttpResponseStatus.OK);
    };
  }

  private static Answer notFound() {
    return Answer.error(HttpResponseStatus.NOT_FOUND, "there is nothing here");
  }

  private Answer file(String path, @Nullable String tag) {
    try {
      return files.find(path, tag).orElseGet(HttpResources::notFound);
    } catch (IOException e) {
      return Answer.error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "the file cannot be read");
    }
  }
}
