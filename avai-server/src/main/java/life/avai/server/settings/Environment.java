package life.avai.server.settings;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import life.avai.domain.conversation.ContextLimits;
import life.avai.domain.conversation.TurnSettings;
import life.avai.domain.identity.Authenticate.AnonymousPolicy;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.ContentRules;
import life.avai.domain.privacy.Retention;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.server.auth.SvixSignature;
import life.avai.server.http.OriginPolicy;
import life.avai.server.http.TrustedProxies;
import life.avai.server.websocket.EdgeLimits;
import org.jspecify.annotations.Nullable;

/** Makes settings from variables: the only place that knows their names. */
public final class Environment {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private static final Duration LONGEST_RETENTION = Duration.ofDays(36_500);

  private static final String SUPABASE_PROJECT =
      "https://<project>.supabase.co; for a host of its own set DATABASE_URL";

  private static final int SHORTEST_TOKEN = 16;

  private final Variables variables;
  private final String defaultHost;

  private Environment(Map<String, String> variables, String defaultHost) {
    this.variables = new Variables(variables);
    this.defaultHost = defaultHost;
  }

  /** Settings from variables alone. */
  public static ServerSettings read(Map<String, String> variables) {
    return read(variables, "0.0.0.0");
  }

  /**
   * Settings from variables alone.
   *
   * @param defaultHost where to listen when {@code AVAI_HOST} does not say
   * @throws ConfigurationException when one cannot be used
   */
  public static ServerSettings read(Map<String, String> variables, String defaultHost) {
    return new Environment(variables, defaultHost).settings();
  }

  private enum Mode {
    DEVELOPMENT,
    PRODUCTION,
    TEST
  }

  private ServerSettings settings() {
    boolean production = mode() == Mode.PRODUCTION;
    Set<String> origins = origins();
    ServerSettings settings =
        new ServerSettings(
            variables.text("AVAI_HOST", defaultHost),
            variables.integer("PORT", 8080, 0, 65_535),
            production,
            database(),
            variables.path("AVAI_DATA_DIR", "./data"),
            variables.integer("AVAI_DB_POOL_SIZE", 10, 2, 1_000),
            schema(),
            canisters(),
            turns(),
            new ContextLimits(
                variables.integer("AVAI_CONTEXT_MESSAGES", 20, 1, 1_000),
                variables.integer("AVAI_CONTEXT_TOKENS", 8_000, 1, 10_000_000)),
            variables.path("AVAI_SYSTEM_PROMPT_FILE"),
            identity(origins),
            origins,
            new TrustedProxies(networks()),
            messageLimits(),
            retention(),
            variables.integer("AVAI_MAX_CONNECTIONS", 100_000, 1, 10_000_000),
            variables.integer("AVAI_MAX_CONNECTIONS_PER_ADDRESS", 200, 1, 10_000_000),
            edge(),
            variables.path("AVAI_TLS_CERT"),
            variables.path("AVAI_TLS_KEY"),
            redis(),
            variables.durationOrNone("AVAI_SHUTDOWN_GRACE", Duration.ofSeconds(10)),
            variables.integer("AVAI_METRICS_PORT", 0, 0, 65_535),
            adminToken(),
            tracing(),
            new ServerSettings.LogSettings(
                variables.oneOf(
                    "LOG_FORMAT",
                    ServerSettings.LogSettings.Format.class,
                    ServerSettings.LogSettings.Format.TEXT),
                variables.oneOf(
                    "LOG_LEVEL",
                    ServerSettings.LogSettings.Level.class,
                    ServerSettings.LogSettings.Level.INFO)));
    checkTls(settings);
    checkPorts(settings);
    if (production) {
      checkProduction(settings);
    }
    return settings;
  }

  private Mode mode() {
    return variables.isSet("AVAI_ENV")
        ? variables.oneOf("AVAI_ENV", Mode.class, Mode.DEVELOPMENT)
        : variables.oneOf("NODE_ENV", Mode.class, Mode.DEVELOPMENT);
  }

  private @Nullable Secret adminToken() {
    String token = variables.headerText("AVAI_ADMIN_TOKEN");
    if (token != null && token.length() < SHORTEST_TOKEN) {
      throw new ConfigurationException(
          "AVAI_ADMIN_TOKEN", "at least " + SHORTEST_TOKEN + " characters that nobody can guess");
    }
    return token == null ? null : new Secret(token);
  }

  /** Which of OpenTelemetry's variables there are, and what they mean, is its own affair. */
  private @Nullable TracingSettings tracing() {
    String endpoint = variables.text("OTEL_EXPORTER_OTLP_ENDPOINT");
    if (endpoint == null
        || variables.text("OTEL_SDK_DISABLED", "false").equalsIgnoreCase("true")
        || variables.text("OTEL_TRACES_EXPORTER", "otlp").equalsIgnoreCase("none")) {
      return null;
    }
    if (!variables.text("OTEL_TRACES_EXPORTER", "otlp").equals("otlp")) {
      throw new ConfigurationException("OTEL_TRACES_EXPORTER", "otlp or none");
    }
    for (String protocol :
        List.of("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")) {
      if (!variables.text(protocol, "http/protobuf").equals("http/protobuf")) {
        throw new ConfigurationException(protocol, "http/protobuf");
      }
    }
    return new TracingSettings(
        variables.uri("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "http", "https"),
        variables.startingWith("OTEL_"));
  }

  private @Nullable String redis() {
    String url = variables.text("REDIS_URL");
    if (url != null) {
      throw new ConfigurationException(
          "REDIS_URL", "nothing: this version runs one node; leave it unset");
    }
    return null;
  }

  private String schema() {
    String schema = variables.text("AVAI_DB_SCHEMA", "public");
    if (!schema.matches("[a-z_][a-z0-9_]{0,62}")) {
      throw new ConfigurationException(
          "AVAI_DB_SCHEMA", "lower-case letters, digits and underscores");
    }
    return schema;
  }

  private DatabaseSettings database() {
    String url = variables.text("DATABASE_URL");
    if (url != null) {
      return DatabaseUrl.parse("DATABASE_URL", url);
    }
    String project = variables.text("SUPABASE_URL");
    String password = variables.text("SUPABASE_DB_PASSWORD");
    String host = project == null ? null : supabaseHost(project);
    if (host != null && password != null) {
      return DatabaseUrl.supabase(host, password);
    }
    if (variables.isSet("SUPABASE_SERVICE_ROLE_KEY")) {
      throw new ConfigurationException(
          "SUPABASE_SERVICE_ROLE_KEY",
          "a database address beside it: this key opens Supabase's HTTP API and no database"
              + " connection; set DATABASE_URL, or SUPABASE_URL and SUPABASE_DB_PASSWORD");
    }
    if (password != null) {
      throw new ConfigurationException("SUPABASE_URL", SUPABASE_PROJECT);
    }
    if (host != null) {
      throw new ConfigurationException(
          "SUPABASE_DB_PASSWORD",
          "the database's password beside SUPABASE_URL; or set DATABASE_URL, or neither");
    }
    return new DatabaseSettings.Embedded();
  }

  private String supabaseHost(String project) {
    String host = variables.uri("SUPABASE_URL", project, "https").getHost();
    if (!host.matches("[A-Za-z0-9-]+\\.supabase\\.co")) {
      throw new ConfigurationException("SUPABASE_URL", SUPABASE_PROJECT);
    }
    return host;
  }

  private CanisterAddresses canisters() {
    return new CanisterAddresses(
        canisterUrls(),
        variables.headerText("AVAI_CANISTER_TOKEN"),
        variables.integer("AVAI_CANISTER_CONNECTIONS", 1, 1, 64),
        variables.integer("AVAI_CANISTER_MAX_IN_FLIGHT", 64, 1, 100_000),
        variables.duration("AVAI_AI_FIRST_TIMEOUT", Duration.ofSeconds(30)),
        variables.duration("AVAI_AI_IDLE_TIMEOUT", Duration.ofSeconds(30)),
        variables.isSet("AVAI_CANISTER_HEDGE_AFTER")
            ? variables.duration("AVAI_CANISTER_HEDGE_AFTER", Duration.ZERO)
            : null,
        variables.integer("AVAI_MAX_REPLY_CHARS", 200_000, 1, 10_000_000));
  }

  private List<URI> canisterUrls() {
    Path file = variables.path("AVAI_CANISTER_WS_URL_FILE");
    if (file == null) {
      return variables.list("AVAI_CANISTER_WS_URL").stream()
          .map(url -> canisterUrl("AVAI_CANISTER_WS_URL", url))
          .toList();
    }
    if (variables.isSet("AVAI_CANISTER_WS_URL")) {
      throw new ConfigurationException(
          "AVAI_CANISTER_WS_URL_FILE", "to be alone, without AVAI_CANISTER_WS_URL");
    }
    try {
      List<URI> urls =
          Files.readAllLines(file).stream()
              .map(line -> line.replaceFirst("#.*", "").strip())
              .filter(line -> !line.isEmpty())
              .map(url -> canisterUrl("AVAI_CANISTER_WS_URL_FILE", url))
              .toList();
      if (!urls.isEmpty()) {
        return urls;
      }
    } catch (IOException e) {
      // Told below.
    }
    throw new ConfigurationException(
        "AVAI_CANISTER_WS_URL_FILE", "a file that can be read, with a URL on each line");
  }

  private URI canisterUrl(String name, String url) {
    URI uri = variables.uri(name, url, "ws", "wss");
    if (uri.getRawFragment() != null) {
      throw new ConfigurationException(name, "URLs without a #");
    }
    return uri;
  }

  private TurnSettings turns() {
    return new TurnSettings(
        variables.duration("AVAI_TURN_EXPIRY", TurnSettings.DEFAULTS.expiry()),
        variables.duration("AVAI_TURN_LEASE", TurnSettings.DEFAULTS.lease()),
        variables.integer("AVAI_TURN_ATTEMPTS", TurnSettings.DEFAULTS.attempts(), 1, 100),
        variables.duration("AVAI_AI_TURN_TIMEOUT", TurnSettings.DEFAULTS.timeout()));
  }

  private Set<String> origins() {
    return origins("AVAI_ALLOWED_ORIGINS", "http", "https");
  }

  /** Origins as browsers, and tokens, write them. */
  private Set<String> origins(String name, String... schemes) {
    Set<String> origins = new TreeSet<>();
    for (String origin : variables.list(name)) {
      URI uri = variables.uri(name, origin, schemes);
      if (uri.getRawUserInfo() != null
          || !(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        throw new ConfigurationException(
            name, "origins such as https://app.example: scheme, host and perhaps a port");
      }
      origins.add(OriginPolicy.plain(uri.getScheme() + "://" + uri.getRawAuthority()));
    }
    return origins;
  }

  private List<TrustedProxies.Network> networks() {
    try {
      return variables.list("AVAI_TRUSTED_PROXIES").stream()
          .map(TrustedProxies.Network::parse)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "AVAI_TRUSTED_PROXIES", "networks such as 10.0.0.0/8, separated by commas");
    }
  }

  private MessageLimits messageLimits() {
    MessageLimits defaults = MessageLimits.DEFAULTS;
    int free = limit("AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE", defaults.free());
    // Whoever lifts the one limit that everybody knows means it for the anonymous too.
    int anonymous =
        limit(
            "AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE",
            free > defaults.free() ? free : defaults.anonymous());
    return new MessageLimits(
        anonymous,
        free,
        limit("AVAI_RATE_LIMIT_PRO_PER_MINUTE", Math.max(free, defaults.pro())),
        limit("AVAI_RATE_LIMIT_ENTERPRISE_PER_MINUTE", Math.max(free, defaults.enterprise())));
  }

  private int limit(String name, int byDefault) {
    return variables.integer(name, byDefault, 1, 1_000_000_000);
  }

  /** Whoever lifts the limit of messages lifts that of all other frames with it. */
  private static int requestsPerMinute(MessageLimits messages) {
    return (int)
        Math.max(EdgeLimits.DEFAULTS.requestsPerMinute(), Math.min(10L * messages.free(), 1 << 30));
  }

  private Retention retention() {
    Map<Tier, Duration> periods = new EnumMap<>(Tier.class);
    keep(periods, Tier.ANONYMOUS, "AVAI_RETENTION_ANONYMOUS");
    keep(periods, Tier.FREE, "AVAI_RETENTION_FREE");
    keep(periods, Tier.PRO, "AVAI_RETENTION_PRO");
    keep(periods, Tier.ENTERPRISE, "AVAI_RETENTION_ENTERPRISE");
    return new Retention(periods);
  }

  private void keep(Map<Tier, Duration> periods, Tier tier, String name) {
    Duration period =
        variables.durationOrOff(name, Retention.DEFAULTS.periods().get(tier), LONGEST_RETENTION);
    if (period != null) {
      periods.put(tier, period);
    }
  }

  private EdgeLimits edge() {
    EdgeLimits defaults = EdgeLimits.DEFAULTS;
    return new EdgeLimits(
        variables.integer("AVAI_MAX_FRAME_BYTES", defaults.maxFrameBytes(), 1_024, 1 << 28),
        new ContentRules(
            variables.integer(
                "AVAI_MAX_CONTENT_CHARS", defaults.content().maxCodePoints(), 1, 10_000_000)),
        variables.duration("AVAI_AUTH_TIMEOUT", defaults.authTimeout()),
        variables.duration("AVAI_IDLE_TIMEOUT", defaults.idleTimeout()),
        variables.duration("AVAI_HEARTBEAT", defaults.heartbeat()),
        variables.duration("AVAI_SLOW_READER_TIMEOUT", defaults.slowReaderTimeout()),
        variables.integer("AVAI_MAX_CONNECTIONS_PER_USER", defaults.maxPerUser(), 1, 10_000_000),
        requestsPerMinute(messageLimits()));
  }

  private IdentitySettings identity(Set<String> origins) {
    String publishableKey = variables.text("CLERK_PUBLISHABLE_KEY");
    String issuer = variables.text("CLERK_ISSUER");
    if (issuer == null && publishableKey != null) {
      issuer = IdentitySettings.frontendOf(publishableKey);
    }
    if (issuer != null) {
      URI checked = variables.uri("CLERK_ISSUER", issuer, "http", "https");
      if (checked.getRawQuery() != null || checked.getRawFragment() != null) {
        throw new ConfigurationException("CLERK_ISSUER", "an address without ? and #");
      }
    }
    String jwks = variables.text("CLERK_JWKS_URL");
    if (jwks == null && issuer != null) {
      jwks = issuer.replaceAll("/+$", "") + "/.well-known/jwks.json";
    }
    Set<String> parties =
        variables.isSet("CLERK_AUTHORIZED_PARTIES") ? origins("CLERK_AUTHORIZED_PARTIES") : origins;
    return new IdentitySettings(
        issuer,
        jwks == null ? null : variables.uri("CLERK_JWKS_URL", jwks, "http", "https"),
        variables.text("CLERK_JWT_KEY"),
        variables.headerText("CLERK_SECRET_KEY"),
        webhookSecret(),
        parties,
        publishableKey,
        variables.oneOf("AVAI_ANONYMOUS", AnonymousPolicy.class, AnonymousPolicy.ALLOWED));
  }

  private @Nullable String webhookSecret() {
    String secret = variables.text("CLERK_WEBHOOK_SECRET");
    if (secret != null) {
      try {
        var unused = new SvixSignature(secret);
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            "CLERK_WEBHOOK_SECRET", "whsec_..., as Clerk's dashboard shows it");
      }
    }
    return secret;
  }

  private static void checkTls(ServerSettings settings) {
    if ((settings.tlsCertificate() == null) != (settings.tlsKey() == null)) {
      throw new ConfigurationException(
          settings.tlsCertificate() == null ? "AVAI_TLS_CERT" : "AVAI_TLS_KEY",
          "a PEM file: certificate and key go together");
    }
  }

  private static void checkPorts(ServerSettings settings) {
    if (settings.metricsPort() != 0 && settings.metricsPort() == settings.port()) {
      throw new ConfigurationException("AVAI_METRICS_PORT", "another port than PORT");
    }
  }

  private static void checkProduction(ServerSettings settings) {
    if (!settings.identity().isSignInConfigured()
        && settings.identity().anonymous() != AnonymousPolicy.ONLY) {
      throw new ConfigurationException(
          "CLERK_PUBLISHABLE_KEY", "Clerk in production, or an explicit AVAI_ANONYMOUS=only");
    }
    if (settings.database() instanceof DatabaseSettings.Embedded) {
      throw new ConfigurationException("DATABASE_URL", "a database in production");
    }
    if (settings.allowedOrigins().isEmpty()) {
      throw new ConfigurationException(
          "AVAI_ALLOWED_ORIGINS", "the origins of your pages in production");
    }
    for (URI canister : settings.canisters().urls()) {
      if (canister.getScheme().equals("ws") && !LOOPBACK.contains(canister.getHost())) {
        throw new ConfigurationException(
            "AVAI_CANISTER_WS_URL", "wss:// in production, but for canisters on the loopback");
      }
    }
  }
}
