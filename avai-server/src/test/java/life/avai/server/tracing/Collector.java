package life.avai.server.tracing;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What takes traces: OTLP over HTTP, on a port of its own. */
final class Collector implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final HttpServer server;
  // Guarded by this.
  private final List<Seen> spans = new ArrayList<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private String authorization = "";

  /**
   * A span, and what it says of whoever made it.
   *
   * @param attributes as text
   */
  record Seen(Span span, Map<String, String> resource, Map<String, String> attributes) {
    String name() {
      return span.getName();
    }

    String traceId() {
      return hex(span.getTraceId());
    }

    String id() {
      return hex(span.getSpanId());
    }

    /** Empty for the first of a trace. */
    String parent() {
      return hex(span.getParentSpanId());
    }

    List<String> events() {
      return span.getEventsList().stream().map(Span.Event::getName).toList();
    }

    private static String hex(ByteString id) {
      return HexFormat.of().formatHex(id.toByteArray());
    }
  }

  Collector() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    synchronized (this) {
      bytes.writeBytes(body);
      authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
      for (ResourceSpans from : ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()) {
        Map<String, String> resource = text(from.getResource().getAttributesList());
        from.getScopeSpansList().stream()
            .flatMap(scope -> scope.getSpansList().stream())
            .forEach(span -> spans.add(new Seen(span, resource, text(span.getAttributesList()))));
      }
      notifyAll();
    }
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static Map<String, String> text(List<KeyValue> attributes) {
    Map<String, String> all = new TreeMap<>();
    attributes.forEach(each -> all.put(each.getKey(), text(each.getValue())));
    return all;
  }

  private static String text(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case INT_VALUE -> Long.toString(value.getIntValue());
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream().map(Collector::text).toList().toString();
      default -> value.toString();
    };
  }

  synchronized List<Seen> spans() {
    return List.copyOf(spans);
  }

  /**
   * The trace of a request, when its whole is there; all else that the same server has made was
   * sent before that or with it.
   */
  List<Seen> awaitTrace(String requestId) {
    return awaitTrace(requestId, 1);
  }

  /** The same, with at least so many spans. */
  synchronized List<Seen> awaitTrace(String requestId, int count) {
    String trace = requestId.replace("-", "");
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      List<Seen> seen = spans.stream().filter(span -> span.traceId().equals(trace)).toList();
      if (seen.size() >= count && seen.stream().anyMatch(span -> span.name().equals("turn"))) {
        return seen;
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("no whole turn " + requestId + ": " + seen);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** All that was sent, as if it were text. */
  synchronized String everything() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  synchronized String authorization() {
    return authorization;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
