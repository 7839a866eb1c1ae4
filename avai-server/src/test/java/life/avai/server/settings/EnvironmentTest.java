package life.avai.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import life.avai.domain.conversation.ContextLimits;
import life.avai.domain.conversation.TurnSettings;
import life.avai.domain.identity.Authenticate.AnonymousPolicy;
import life.avai.domain.identity.Tier;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.server.http.TrustedProxies;
import life.avai.server.settings.ServerSettings.LogSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
  private static final Map<String, String> PRODUCTION =
      Map.of(
          "AVAI_ENV", "production",
          "AVAI_ANONYMOUS", "only",
          "DATABASE_URL", "postgresql://db.example/avai",
          "AVAI_ALLOWED_ORIGINS", "https://app.example");

  private static ServerSettings read(String... pairs) {
    return Environment.read(with(Map.of(), pairs));
  }

  private static Map<String, String> with(Map<String, String> base, String... pairs) {
    Map<String, String> all = new HashMap<>(base);
    for (int i = 0; i < pairs.length; i += 2) {
      all.put(pairs[i], pairs[i + 1]);
    }
    return all;
  }

  private static void refused(Map<String, String> variables, String name) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> Environment.read(variables))
        .satisfies(
            e -> assertThat(e.getMessage()).startsWith(name + ": expected ").hasLineCount(1));
  }

  private static DatabaseSettings.External database(String url) {
    return (DatabaseSettings.External) read("DATABASE_URL", url).database();
  }

  private static String publishable(String host) {
    return "pk_test_"
        + Base64.getEncoder().encodeToString((host + "$").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void nothingSet_hasTheDefaultOfEveryVariable() {
    ServerSettings settings = read();

    assertThat(settings.host()).isEqualTo("0.0.0.0");
    assertThat(settings.port()).isEqualTo(8_080);
    assertThat(settings.production()).isFalse();
    assertThat(settings.database()).isEqualTo(new DatabaseSettings.Embedded());
    assertThat(settings.dataDirectory()).isEqualTo(Path.of("./data"));
    assertThat(settings.databasePoolSize()).isEqualTo(10);
    assertThat(settings.databaseSchema()).isEqualTo("public");
    assertThat(settings.canisters().urls()).isEmpty();
    assertThat(settings.canisters().token()).isNull();
    assertThat(settings.canisters().connections()).isEqualTo(1);
    assertThat(settings.canisters().maxInFlight()).isEqualTo(64);
    assertThat(settings.canisters().firstTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.canisters().idleTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.canisters().hedgeAfter()).isNull();
    assertThat(settings.canisters().maxReplyChars()).isEqualTo(200_000);
    assertThat(settings.turns())
        .isEqualTo(
            new TurnSettings(
                Duration.ofMinutes(15), Duration.ofSeconds(10), 3, Duration.ofMinutes(10)));
    assertThat(settings.context()).isEqualTo(new ContextLimits(20, 8_000));
    assertThat(settings.systemPromptFile()).isNull();
    assertThat(settings.identity())
        .isEqualTo(
            new IdentitySettings(
                null, null, null, null, null, Set.of(), null, AnonymousPolicy.ALLOWED));
    assertThat(settings.identity().isSignInConfigured()).isFalse();
    assertThat(settings.allowedOrigins()).isEmpty();
    assertThat(settings.trustedProxies()).isEqualTo(TrustedProxies.NONE);
    assertThat(settings.messageLimits()).isEqualTo(new MessageLimits(20, 60, 120, 600));
    assertThat(settings.retention().periods())
        .isEqualTo(Map.of(Tier.ANONYMOUS, Duration.ofDays(30)));
    assertThat(settings.maxConnections()).isEqualTo(100_000);
    assertThat(settings.maxConnectionsPerAddress()).isEqualTo(200);
    assertThat(settings.edge().maxPerUser()).isEqualTo(50);
    assertThat(settings.edge().authTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.edge().idleTimeout()).isEqualTo(Duration.ofMinutes(30));
    assertThat(settings.edge().heartbeat()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.edge().slowReaderTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.edge().maxFrameBytes()).isEqualTo(524_288);
    assertThat(settings.edge().content().maxCodePoints()).isEqualTo(32_000);
    assertThat(settings.tlsCertificate()).isNull();
    assertThat(settings.tlsKey()).isNull();
    assertThat(settings.redisUrl()).isNull();
    assertThat(settings.shutdownGrace()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.metricsPort()).isZero();
    assertThat(settings.tracing()).isNull();
    assertThat(settings.log())
        .isEqualTo(new LogSettings(LogSettings.Format.TEXT, LogSettings.Level.INFO));
  }

  @Test
  void everyVariable_isHeard() {
    ServerSettings settings =
        read(
            "PORT",
            "0",
            "AVAI_HOST",
            "127.0.0.1",
            "NODE_ENV",
            "development",
            "AVAI_DATA_DIR",
            "/var/avai",
            "AVAI_DB_POOL_SIZE",
            "20",
            "AVAI_DB_SCHEMA",
            "avai",
            "AVAI_CANISTER_WS_URL",
            "ws://a.example:1/x, wss://b.example",
            "AVAI_CANISTER_TOKEN",
            "t",
            "AVAI_CANISTER_CONNECTIONS",
            "2",
            "AVAI_CANISTER_MAX_IN_FLIGHT",
            "3",
            "AVAI_CANISTER_HEDGE_AFTER",
            "700ms",
            "AVAI_AI_FIRST_TIMEOUT",
            "500ms",
            "AVAI_AI_IDLE_TIMEOUT",
            "2s",
            "AVAI_AI_TURN_TIMEOUT",
            "3m",
            "AVAI_TURN_EXPIRY",
            "1h",
            "AVAI_TURN_LEASE",
            "5s",
            "AVAI_TURN_ATTEMPTS",
            "4",
            "AVAI_SLOW_READER_TIMEOUT",
            "6s",
            "AVAI_SYSTEM_PROMPT_FILE",
            "prompt.txt",
            "AVAI_CONTEXT_MESSAGES",
            "7",
            "AVAI_CONTEXT_TOKENS",
            "8",
            "CLERK_ISSUER",
            "https://clerk.example",
            "CLERK_JWKS_URL",
            "https://keys.example/k",
            "CLERK_SECRET_KEY",
            "sk",
            "CLERK_WEBHOOK_SECRET",
            "whsec_MDEyMzQ1Njc4OWFiY2RlZg==",
            "AVAI_RETENTION_ANONYMOUS",
            "off",
            "AVAI_RETENTION_FREE",
            "365d",
            "AVAI_RETENTION_PRO",
            "800d",
            "AVAI_RETENTION_ENTERPRISE",
            "1h",
            "CLERK_AUTHORIZED_PARTIES",
            "https://p.example",
            "AVAI_ANONYMOUS",
            "Denied",
            "AVAI_ALLOWED_ORIGINS",
            "https://App.example,http://b:1",
            "AVAI_TRUSTED_PROXIES",
            "10.0.0.0/8,fd00::/8",
            "AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE",
            "1",
            "AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE",
            "2",
            "AVAI_RATE_LIMIT_PRO_PER_MINUTE",
            "3",
            "AVAI_RATE_LIMIT_ENTERPRISE_PER_MINUTE",
            "4",
            "AVAI_MAX_CONNECTIONS",
            "5",
            "AVAI_MAX_CONNECTIONS_PER_ADDRESS",
            "6",
            "AVAI_MAX_CONNECTIONS_PER_USER",
            "7",
            "AVAI_AUTH_TIMEOUT",
            "8s",
            "AVAI_IDLE_TIMEOUT",
            "9s",
            "AVAI_HEARTBEAT",
            "10s",
            "AVAI_MAX_FRAME_BYTES",
            "2048",
            "AVAI_MAX_CONTENT_CHARS",
            "12",
            "AVAI_MAX_REPLY_CHARS",
            "13",
            "AVAI_TLS_CERT",
            "c.pem",
            "AVAI_TLS_KEY",
            "k.pem",
            "AVAI_SHUTDOWN_GRACE",
            "14s",
            "AVAI_METRICS_PORT",
            "15",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "https://u:secret@collector.example:4318/x?key=secret",
            "OTEL_EXPORTER_OTLP_HEADERS",
            "Authorization=secret",
            "LOG_FORMAT",
            "json",
            "LOG_LEVEL",
            "debug");

    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.port()).isZero();
    assertThat(settings.dataDirectory()).isEqualTo(Path.of("/var/avai"));
    assertThat(settings.databasePoolSize()).isEqualTo(20);
    assertThat(settings.databaseSchema()).isEqualTo("avai");
    assertThat(settings.canisters())
        .isEqualTo(
            new CanisterAddresses(
                List.of(URI.create("ws://a.example:1/x"), URI.create("wss://b.example")),
                "t",
                2,
                3,
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                Duration.ofMillis(700),
                13));
    assertThat(settings.turns())
        .isEqualTo(
            new TurnSettings(Duration.ofHours(1), Duration.ofSeconds(5), 4, Duration.ofMinutes(3)));
    assertThat(settings.edge().slowReaderTimeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(settings.systemPromptFile()).isEqualTo(Path.of("prompt.txt"));
    assertThat(settings.context()).isEqualTo(new ContextLimits(7, 8));
    assertThat(settings.identity())
        .isEqualTo(
            new IdentitySettings(
                "https://clerk.example",
                URI.create("https://keys.example/k"),
                null,
                "sk",
                "whsec_MDEyMzQ1Njc4OWFiY2RlZg==",
                Set.of("https://p.example"),
                null,
                AnonymousPolicy.DENIED));
    assertThat(settings.allowedOrigins())
        .containsExactlyInAnyOrder("https://app.example", "http://b:1");
    assertThat(settings.trustedProxies().networks()).hasSize(2);
    assertThat(settings.messageLimits()).isEqualTo(new MessageLimits(2, 1, 3, 4));
    assertThat(settings.retention().periods())
        .isEqualTo(
            Map.of(
                Tier.FREE,
                Duration.ofDays(365),
                Tier.PRO,
                Duration.ofDays(800),
                Tier.ENTERPRISE,
                Duration.ofHours(1)));
    assertThat(settings.maxConnections()).isEqualTo(5);
    assertThat(settings.maxConnectionsPerAddress()).isEqualTo(6);
    assertThat(settings.edge().maxPerUser()).isEqualTo(7);
    assertThat(settings.edge().authTimeout()).isEqualTo(Duration.ofSeconds(8));
    assertThat(settings.edge().idleTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(settings.edge().heartbeat()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.edge().maxFrameBytes()).isEqualTo(2_048);
    assertThat(settings.edge().content().maxCodePoints()).isEqualTo(12);
    assertThat(settings.tlsCertificate()).isEqualTo(Path.of("c.pem"));
    assertThat(settings.tlsKey()).isEqualTo(Path.of("k.pem"));
    assertThat(settings.shutdownGrace()).isEqualTo(Duration.ofSeconds(14));
    assertThat(settings.metricsPort()).isEqualTo(15);
    assertThat(settings.tracing().variables())
        .containsOnlyKeys("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS");
    assertThat(settings.tracing()).hasToString("https://collector.example:4318");
    assertThat(settings.log())
        .isEqualTo(new LogSettings(LogSettings.Format.JSON, LogSettings.Level.DEBUG));
  }

  @ParameterizedTest
  @CsvSource({
    "PORT,70000",
    "PORT,-1",
    "PORT,http",
    "AVAI_METRICS_PORT,70000",
    "AVAI_METRICS_PORT,8080",
    "NODE_ENV,staging",
    "AVAI_TURN_LEASE,366d",
    "AVAI_IDLE_TIMEOUT,999999999999d",
    "AVAI_AI_FIRST_TIMEOUT,0s",
    "AVAI_AI_IDLE_TIMEOUT,30",
    "AVAI_AI_TURN_TIMEOUT,10 m",
    "AVAI_TURN_EXPIRY,-1s",
    "AVAI_TURN_ATTEMPTS,0",
    "AVAI_SLOW_READER_TIMEOUT,1.5s",
    "AVAI_AUTH_TIMEOUT,soon",
    "AVAI_SHUTDOWN_GRACE,10",
    "AVAI_CANISTER_CONNECTIONS,0",
    "AVAI_CANISTER_MAX_IN_FLIGHT,none",
    "AVAI_CANISTER_TOKEN,a secret",
    "AVAI_CANISTER_WS_URL,ws://a.example:99999",
    "AVAI_CANISTER_WS_URL,ws://a.example/#x",
    "AVAI_CANISTER_WS_URL,'ws://a.example,b.example'",
    "AVAI_CONTEXT_MESSAGES,0",
    "AVAI_CONTEXT_TOKENS,x",
    "AVAI_MAX_CONNECTIONS,0",
    "AVAI_MAX_CONNECTIONS_PER_ADDRESS,0",
    "AVAI_MAX_CONNECTIONS_PER_USER,0",
    "AVAI_MAX_FRAME_BYTES,0",
    "AVAI_MAX_CONTENT_CHARS,0",
    "AVAI_MAX_REPLY_CHARS,0",
    "AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE,0",
    "AVAI_RATE_LIMIT_PRO_PER_MINUTE,x",
    "AVAI_RATE_LIMIT_ENTERPRISE_PER_MINUTE,1e3",
    "AVAI_ALLOWED_ORIGINS,app.example",
    "AVAI_ALLOWED_ORIGINS,https://app.example/page",
    "AVAI_ALLOWED_ORIGINS,https://u:secret@app.example",
    "AVAI_TRUSTED_PROXIES,proxy.example",
    "CLERK_AUTHORIZED_PARTIES,app.example",
    "CLERK_SECRET_KEY,sk secret@",
    "CLERK_WEBHOOK_SECRET,secret",
    "CLERK_WEBHOOK_SECRET,whsec_secret?",
    "CLERK_WEBHOOK_SECRET,whsec_c2VjcmV0",
    "AVAI_RETENTION_ANONYMOUS,30",
    "AVAI_RETENTION_FREE,0s",
    "AVAI_RETENTION_PRO,never",
    "AVAI_RETENTION_ENTERPRISE,36501d",
    "LOG_FORMAT,xml",
    "DATABASE_URL,postgres://u:secret@h:99999/d",
    "SUPABASE_URL,https://abcd.supabase.co.evil.example",
    "AVAI_ENV,staging",
    "AVAI_TURN_LEASE,10",
    "AVAI_HEARTBEAT,0s",
    "AVAI_IDLE_TIMEOUT,ten",
    "AVAI_DB_SCHEMA,a-b",
    "AVAI_DB_POOL_SIZE,x",
    "AVAI_CANISTER_WS_URL,http://a.example",
    "CLERK_PUBLISHABLE_KEY,sk_live_secret",
    "CLERK_ISSUER,clerk.example",
    "CLERK_JWKS_URL,ftp://k",
    "AVAI_ANONYMOUS,maybe",
    "AVAI_ALLOWED_ORIGINS,*",
    "AVAI_TRUSTED_PROXIES,10.0.0.0/99",
    "LOG_LEVEL,loud",
    "DATABASE_URL,mysql://u:secret@h/d",
    "REDIS_URL,redis://h",
    "SUPABASE_SERVICE_ROLE_KEY,secret",
    "AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE,0"
  })
  void valueThatCannotBeUsed_isNamedAndNotShown(String name, String value) {
    refused(Map.of(name, value), name);
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> read(name, value))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret@", "sk_live_secret"));
  }

  @Test
  void production_wantsWhatSafetyNeeds() {
    assertThat(Environment.read(PRODUCTION).production()).isTrue();
    refused(with(PRODUCTION, "AVAI_ANONYMOUS", "allowed"), "CLERK_PUBLISHABLE_KEY");
    refused(with(PRODUCTION, "DATABASE_URL", ""), "DATABASE_URL");
    refused(with(PRODUCTION, "AVAI_ALLOWED_ORIGINS", ""), "AVAI_ALLOWED_ORIGINS");
    refused(
        with(PRODUCTION, "AVAI_CANISTER_WS_URL", "ws://canister.example"), "AVAI_CANISTER_WS_URL");
    Environment.read(
        with(PRODUCTION, "AVAI_CANISTER_WS_URL", "ws://127.0.0.1:1,ws://[::1]:1,wss://c.example"));
  }

  @Test
  void avaiEnv_goesBeforeNodeEnv() {
    assertThat(read("NODE_ENV", "production", "AVAI_ENV", "development").production()).isFalse();
    refused(Map.of("NODE_ENV", "production"), "CLERK_PUBLISHABLE_KEY");
  }

  @Test
  void databaseUrl_isReadAsHostsShowIt() {
    var database =
        database(
            "postgres://me%40x:p%23%2Fw+d@h.example:5433/app?sslmode=require&channel_binding=require");
    assertThat(database)
        .isEqualTo(
            new DatabaseSettings.External(
                "jdbc:postgresql://h.example:5433/app?sslmode=require", "me@x", "p#/w+d", false));
    assertThat(database.toString()).doesNotContain("p#", "me@x");
    assertThat(database("jdbc:postgresql://h/app?user=u&password=p"))
        .isEqualTo(new DatabaseSettings.External("jdbc:postgresql://h/app", "u", "p", false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://u:p@pooler.example:6543/postgres",
        "postgres://u:p@h/d?pgbouncer=true",
        "postgres://u:p@h/d?prepareThreshold=0"
      })
  void poolerInTransactionMode_isNoticed(String url) {
    assertThat(database(url).pooled()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://u:pa#ss@h/d", "postgres://u:pa/ss@h/d", "postgres://u:12/ss@h/d",
        "postgres://u:12?ss@h/d", "postgres://u:p%zzss@h/d", "postgres://h:port/d",
        "postgres://u:p@h/d?sslmode=sometimes"
      })
  void databaseUrl_withAPasswordThatIsNotEncoded_isRefused(String url) {
    refused(Map.of("DATABASE_URL", url), "DATABASE_URL");
  }

  @Test
  void supabase_isReachedDirectly() {
    assertThat(
            read("SUPABASE_URL", "https://abcd.supabase.co", "SUPABASE_DB_PASSWORD", "p")
                .database())
        .isEqualTo(
            new DatabaseSettings.External(
                "jdbc:postgresql://db.abcd.supabase.co:5432/postgres?sslmode=require",
                "postgres",
                "p",
                false));
    refused(
        Map.of("SUPABASE_URL", "https://abcd.supabase.co", "SUPABASE_SERVICE_ROLE_KEY", "k"),
        "SUPABASE_SERVICE_ROLE_KEY");
    refused(Map.of("SUPABASE_DB_PASSWORD", "p"), "SUPABASE_URL");
    refused(Map.of("SUPABASE_URL", "https://abcd.supabase.co"), "SUPABASE_DB_PASSWORD");
    refused(
        Map.of("SUPABASE_URL", "https://db.app.example", "SUPABASE_DB_PASSWORD", "p"),
        "SUPABASE_URL");
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> read("SUPABASE_SERVICE_ROLE_KEY", "k"))
        .withMessageContaining("no database connection")
        .withMessageContaining("DATABASE_URL");
    assertThat(
            read("SUPABASE_SERVICE_ROLE_KEY", "k", "DATABASE_URL", "postgres://u:p@h/d").database())
        .isInstanceOf(DatabaseSettings.External.class);
  }

  @Test
  void publishableKey_tellsIssuerAndKeys() {
    var identity =
        read(
                "CLERK_PUBLISHABLE_KEY",
                publishable("nice.clerk.example"),
                "AVAI_ALLOWED_ORIGINS",
                "https://app.example")
            .identity();
    assertThat(identity.issuer()).isEqualTo("https://nice.clerk.example");
    assertThat(identity.jwksUrl())
        .isEqualTo(URI.create("https://nice.clerk.example/.well-known/jwks.json"));
    assertThat(identity.authorizedParties()).containsExactly("https://app.example");
  }

  @Test
  void spellings_areMadeThoseThatOthersCompare() {
    ServerSettings settings =
        read(
            "AVAI_ALLOWED_ORIGINS",
            "https://App.example:443/, http://b.example:80,https://c.example:8443",
            "AVAI_CANISTER_WS_URL",
            "WSS://C.example/X");
    assertThat(settings.allowedOrigins())
        .containsExactlyInAnyOrder(
            "https://app.example", "http://b.example", "https://c.example:8443");
    assertThat(settings.identity().authorizedParties()).isEqualTo(settings.allowedOrigins());
    assertThat(settings.canisters().urls()).containsExactly(URI.create("wss://C.example/X"));
    Environment.read(with(PRODUCTION, "AVAI_CANISTER_WS_URL", "WSS://c.example"));
    refused(with(PRODUCTION, "AVAI_CANISTER_WS_URL", "WS://c.example"), "AVAI_CANISTER_WS_URL");
  }

  @ParameterizedTest
  @CsvSource({"500ms,500", "30s,30000", "10m,600000", "2h,7200000", "365d,31536000000"})
  void durations_haveAUnit(String written, long millis) {
    assertThat(read("AVAI_IDLE_TIMEOUT", written).edge().idleTimeout().toMillis())
        .isEqualTo(millis);
  }

  @Test
  void traces_goWhereOpenTelemetryCanSendThem_andNowhereWhenTheyAreTurnedOff() {
    String endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    String there = "http://c.example:4318";
    refused(Map.of(endpoint, "c.example:4318"), endpoint);
    for (String protocol :
        List.of("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")) {
      refused(Map.of(endpoint, there, protocol, "grpc"), protocol);
    }
    refused(Map.of(endpoint, there, "OTEL_TRACES_EXPORTER", "zipkin"), "OTEL_TRACES_EXPORTER");
    assertThat(read(endpoint, there, "OTEL_TRACES_EXPORTER", "none").tracing()).isNull();
    assertThat(read(endpoint, there, "OTEL_SDK_DISABLED", "true").tracing()).isNull();
    assertThat(read("OTEL_SERVICE_NAME", "x").tracing()).isNull();
  }

  @Test
  void shutdownGrace_mayBeNone() {
    assertThat(read("AVAI_SHUTDOWN_GRACE", "0s").shutdownGrace()).isZero();
  }

  @Test
  void liftedMessageLimit_liftsTheAnonymousOneWithIt() {
    String first = "AVAI_RATE_LIMIT_MESSAGES_PER_MINUTE";
    assertThat(read(first, "1000").messageLimits().anonymous()).isEqualTo(1_000);
    assertThat(read(first, "10").messageLimits().anonymous()).isEqualTo(20);
    assertThat(
            read(first, "1000", "AVAI_RATE_LIMIT_ANONYMOUS_PER_MINUTE", "5")
                .messageLimits()
                .anonymous())
        .isEqualTo(5);
  }

  @Test
  void tlsFiles_goTogether() {
    refused(Map.of("AVAI_TLS_CERT", "c.pem"), "AVAI_TLS_KEY");
    refused(Map.of("AVAI_TLS_KEY", "k.pem"), "AVAI_TLS_CERT");
  }

  @Test
  void description_holdsNoSecret() {
    var settings =
        read(
            "DATABASE_URL",
            "postgres://u:secret@h/d?sslpassword=secret",
            "AVAI_CANISTER_WS_URL",
            "wss://c.example/x?key=secret",
            "AVAI_CANISTER_TOKEN",
            "secret",
            "CLERK_SECRET_KEY",
            "secret");
    assertThat(String.join("\n", settings.describe()) + settings).doesNotContain("secret");
  }

  @Test
  void envFile_liesBeneathTheEnvironment(@TempDir Path directory) throws Exception {
    Files.writeString(
        directory.resolve(".env"),
        """
        # comment
        PORT=1
        export AVAI_HOST = "h" # behind
        A='x # y ${PORT}'
        B=plain # comment
        C="one\\ntwo"
        D=
        no line of ours
        """);
    assertThat(DotEnv.under(Map.of("PORT", "2"), directory))
        .containsOnly(
            Map.entry("PORT", "2"),
            Map.entry("AVAI_HOST", "h"),
            Map.entry("A", "x # y ${PORT}"),
            Map.entry("B", "plain"),
            Map.entry("C", "one\ntwo"),
            Map.entry("D", ""));
    assertThat(DotEnv.under(Map.of("PORT", "2"), directory.resolve("none")))
        .isEqualTo(Map.of("PORT", "2"));

    Files.writeString(directory.resolve(".env"), "\uFEFFPORT=1\r\nE=f\r\n");
    assertThat(DotEnv.under(Map.of(), directory))
        .as("as an editor of Windows leaves it")
        .isEqualTo(Map.of("PORT", "1", "E", "f"));
  }

  @Test
  void canisters_mayStandInAFile(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("canisters");
    Files.writeString(
        file,
        """
        # the first hall
        ws://a.example:1/x
          wss://b.example  # spare

        """);
    assertThat(read("AVAI_CANISTER_WS_URL_FILE", file.toString()).canisters().urls())
        .containsExactly(URI.create("ws://a.example:1/x"), URI.create("wss://b.example"));

    String name = "AVAI_CANISTER_WS_URL_FILE";
    refused(Map.of(name, file.toString(), "AVAI_CANISTER_WS_URL", "ws://c.example"), name);
    refused(Map.of(name, directory.resolve("none").toString()), name);
    Files.writeString(file, "http://a.example\n");
    refused(Map.of(name, file.toString()), name);
    Files.writeString(file, "# nobody\n");
    refused(Map.of(name, file.toString()), name);
  }
}
