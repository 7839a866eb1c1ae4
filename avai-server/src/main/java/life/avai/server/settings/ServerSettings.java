package life.avai.server.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import life.avai.domain.conversation.ContextLimits;
import life.avai.domain.conversation.TurnSettings;
import life.avai.domain.privacy.Retention;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.server.http.TrustedProxies;
import life.avai.server.websocket.EdgeLimits;
import org.jspecify.annotations.Nullable;

/**
 * All that a server is told. Variables and defaults: docs/operations.md.
 *
 * @param port 0 takes a free one
 * @param production whether safety goes before convenience
 * @param databasePoolSize connections at most
 * @param systemPromptFile null for the built-in prompt
 * @param allowedOrigins empty for the same host and localhost
 * @param tlsCertificate PEM, with {@code tlsKey}; null for plain sockets
 * @param metricsPort 0 for none of its own
 * @param adminToken what operators show to see {@code /admin}; null when nobody sees it
 * @param tracing null when nobody wants traces
 * @param redisUrl null for one node
 */
public record ServerSettings(
    String host,
    int port,
    boolean production,
    DatabaseSettings database,
    Path dataDirectory,
    int databasePoolSize,
    String databaseSchema,
    CanisterAddresses canisters,
    TurnSettings turns,
    ContextLimits context,
    @Nullable Path systemPromptFile,
    IdentitySettings identity,
    Set<String> allowedOrigins,
    TrustedProxies trustedProxies,
    MessageLimits messageLimits,
    Retention retention,
    int maxConnections,
    int maxConnectionsPerAddress,
    EdgeLimits edge,
    @Nullable Path tlsCertificate,
    @Nullable Path tlsKey,
    @Nullable String redisUrl,
    Duration shutdownGrace,
    int metricsPort,
    @Nullable Secret adminToken,
    @Nullable TracingSettings tracing,
    LogSettings log) {
  public ServerSettings {
    allowedOrigins = Set.copyOf(allowedOrigins);
  }

  /** How the logs look. */
  public record LogSettings(Format format, Level level) {
    /** For people, or for machines. */
    public enum Format {
      TEXT,
      JSON
    }

    /** The least that is told. */
    public enum Level {
      TRACE,
      DEBUG,
      INFO,
      WARN,
      ERROR
    }
  }

  /** What is configured and what is missing, a line each, without secrets. */
  public List<String> describe() {
    return List.of(
        "address: "
            + host
            + (port == 0 ? ", a free port" : ", port " + port)
            + (tlsCertificate == null ? "" : " with TLS"),
        "database: "
            + switch (database) {
              case DatabaseSettings.Embedded() -> "embedded PostgreSQL in " + dataDirectory;
              case DatabaseSettings.External external ->
                  external + (external.pooled() ? " through a pooler" : "");
            }
            + ", schema "
            + databaseSchema,
        canisters.urls().isEmpty()
            ? "canister: none (AVAI_CANISTER_WS_URL); messages are kept and not answered"
            : "canister: "
                + canisters.shown()
                + (canisters.token() == null ? ", without a token" : ", with a token"),
        identity.isSignInConfigured()
            ? "sign-in: Clerk" + (identity.issuer() == null ? "" : ", issuer " + identity.issuer())
            : "sign-in: none (CLERK_PUBLISHABLE_KEY); everybody is anonymous",
        "anonymous: " + identity.anonymous().name().toLowerCase(Locale.ROOT),
        "origins: " + (allowedOrigins.isEmpty() ? "the same host and localhost" : allowedOrigins),
        "metrics: "
            + (metricsPort == 0
                ? "/metrics for this machine"
                : "port " + metricsPort + " (AVAI_METRICS_PORT)")
            + (adminToken == null ? ", no /admin (AVAI_ADMIN_TOKEN)" : ", /admin for operators"),
        "traces: " + (tracing == null ? "none (OTEL_EXPORTER_OTLP_ENDPOINT)" : "to " + tracing),
        "limits: "
            + messageLimits.anonymous()
            + " messages a minute from an anonymous user, "
            + messageLimits.free()
            + " from one who signed in (pro: "
            + messageLimits.pro()
            + ", enterprise: "
            + messageLimits.enterprise()
            + "), "
            + maxConnections
            + " connections",
        "mode: " + (production ? "production" : "development"));
  }
}
