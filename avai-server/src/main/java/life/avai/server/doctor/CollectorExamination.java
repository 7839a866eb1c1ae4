package life.avai.server.doctor;

import static life.avai.server.doctor.Finding.note;
import static life.avai.server.doctor.Finding.ok;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import life.avai.server.settings.TracingSettings;
import org.jspecify.annotations.Nullable;

/** Whether anybody is there to take traces; the server itself does without. */
final class CollectorExamination implements Examination {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final @Nullable TracingSettings settings;

  CollectorExamination(@Nullable TracingSettings settings) {
    this.settings = settings;
  }

  @Override
  public List<Finding> look() {
    if (settings == null) {
      return List.of();
    }
    URI endpoint = settings.endpoint();
    int port =
        endpoint.getPort() != -1
            ? endpoint.getPort()
            : endpoint.getScheme().equals("https") ? 443 : 80;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(endpoint.getHost(), port), (int) PATIENCE.toMillis());
      return List.of(ok("traces", "something listens at " + settings));
    } catch (IOException e) {
      return List.of(
          note(
              "traces",
              "nobody is at " + settings + ": traces are lost, and nothing else",
              "start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT"));
    }
  }
}
