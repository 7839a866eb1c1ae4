package life.avai.server.settings;

import java.net.URI;
import java.util.Map;

/**
 * Where traces go.
 *
 * @param variables all of OpenTelemetry's, by their names, the endpoint's among them
 */
public record TracingSettings(URI endpoint, Map<String, String> variables) {
  public TracingSettings {
    variables = Map.copyOf(variables);
  }

  /** Tells nothing of headers, which hold tokens, nor what may be secret in the address. */
  @Override
  public String toString() {
    return endpoint.getScheme()
        + "://"
        + endpoint.getHost()
        + (endpoint.getPort() == -1 ? "" : ":" + endpoint.getPort());
  }
}
