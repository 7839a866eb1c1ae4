package life.avai.server.tracing;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Tells, no more than once a minute, when spans are lost because the collector takes none. */
final class ToldExporter implements SpanExporter {
  private static final System.Logger LOG = System.getLogger(ToldExporter.class.getName());
  private static final long BETWEEN_NANOS = Duration.ofMinutes(1).toNanos();

  private final SpanExporter exporter;
  private final String place;
  private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - BETWEEN_NANOS);

  /**
   * Tells of another one.
   *
   * @param place where that sends to, without secrets
   */
  ToldExporter(SpanExporter exporter, String place) {
    this.exporter = exporter;
    this.place = place;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = exporter.export(spans);
    int count = spans.size();
    return result.whenComplete(() -> {
      if (!result.isSuccess()) {
        tell(count, result.getFailureThrowable());
      }
    });
  }

  private void tell(int spans, @Nullable Throwable failure) {
    long now = System.nanoTime();
    long before = toldNanos.get();
    if (now - before >= BETWEEN_NANOS && toldNanos.compareAndSet(before, now)) {
      Throwable cause = failure == null ? null : failure.getCause();
      while (cause != null && cause.getCause() != null) {
        cause = cause.getCause();
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "traces are lost, the collector {0} url={1} spans={2}",
          // Not the message, which may hold the whole address.
          cause == null
              ? "refuses them"
              : "is not there (" + cause.getClass().getSimpleName() + ")",
          place,
          spans);
    }
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
