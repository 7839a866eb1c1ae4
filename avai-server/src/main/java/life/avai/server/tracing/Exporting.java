package life.avai.server.tracing;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.TracingSettings;

/**
 * OpenTelemetry's own machinery, as its variables set it up.
 *
 * @param sdk takes every span that it is given: which ones, the sampler says before
 */
record Exporting(OpenTelemetrySdk sdk, Sampler sampler) {
  private static final Pattern PROPERTY = Pattern.compile("otel\\.[a-z_.]+");

  /** It reports every lost batch with a stack trace; {@link ToldExporter} does so instead. */
  private static final Logger ITS_LOG = Logger.getLogger("io.opentelemetry");

  static Exporting by(TracingSettings settings, String version, TurnIds ids) {
    ITS_LOG.setLevel(Level.OFF);
    AtomicReference<Sampler> chosen = new AtomicReference<>(Sampler.alwaysOn());
    try {
      OpenTelemetrySdk sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesCustomizer(config -> properties(settings.variables()))
              .addResourceCustomizer((resource, config) -> ours(version).merge(resource))
              .addSamplerCustomizer((sampler, config) -> {
                chosen.set(sampler);
                return Sampler.alwaysOn();
              })
              .addTracerProviderCustomizer((provider, config) -> provider.setIdGenerator(ids))
              .addSpanExporterCustomizer(
                  (exporter, config) -> new ToldExporter(exporter, settings.toString()))
              .build()
              .getOpenTelemetrySdk();
      return new Exporting(sdk, requireNonNull(chosen.get()));
    } catch (RuntimeException e) {
      throw new ConfigurationException(variableIn(e), "what OpenTelemetry can use");
    }
  }

  private static Map<String, String> properties(Map<String, String> variables) {
    Map<String, String> properties = new HashMap<>();
    // What our distribution has the libraries for.
    properties.put("otel.exporter.otlp.protocol", "http/protobuf");
    if (!variables.getOrDefault("OTEL_RESOURCE_ATTRIBUTES", "").contains("service.name=")) {
      properties.put("otel.service.name", "avai");
    }
    variables.forEach(
        (name, value) -> properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
    properties.put("otel.traces.exporter", "otlp");
    properties.put("otel.metrics.exporter", "none");
    properties.put("otel.logs.exporter", "none");
    return properties;
  }

  /** What is told of this server unless a variable tells otherwise. */
  private static Resource ours(String version) {
    return Resource.create(
        Attributes.of(
            AttributeKey.stringKey("service.version"),
            version,
            AttributeKey.stringKey("service.instance.id"),
            UUID.randomUUID().toString()));
  }

  /** Which variable it does not like; never its words, which may hold the value. */
  private static String variableIn(RuntimeException e) {
    Matcher property = PROPERTY.matcher(String.valueOf(e.getMessage()));
    return property.find()
        ? property.group().toUpperCase(Locale.ROOT).replace('.', '_')
        : "OTEL_EXPORTER_OTLP_ENDPOINT";
  }
}
