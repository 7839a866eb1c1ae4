package life.avai.server;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import life.avai.canister.CanisterAssistant;
import life.avai.canister.CanisterCalls;
import life.avai.domain.Ids;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.Conversations;
import life.avai.domain.conversation.LiveThreads;
import life.avai.domain.conversation.SystemPrompt;
import life.avai.domain.conversation.TurnDispatcher;
import life.avai.domain.conversation.TurnListener;
import life.avai.domain.identity.Authenticate;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.domain.identity.Revocations;
import life.avai.domain.privacy.DeleteAccount;
import life.avai.domain.privacy.ExportData;
import life.avai.domain.privacy.ForgetIdleUsers;
import life.avai.persistence.PostgresStores;
import life.avai.server.auth.ClerkWebhook;
import life.avai.server.auth.SvixSignature;
import life.avai.server.http.AdminResources;
import life.avai.server.http.ConnectionLimits;
import life.avai.server.http.Endpoint;
import life.avai.server.http.ExportEndpoint;
import life.avai.server.http.HostPolicy;
import life.avai.server.http.HttpEdge;
import life.avai.server.http.HttpResources;
import life.avai.server.http.Newcomers;
import life.avai.server.http.OriginPolicy;
import life.avai.server.http.TrustedProxies;
import life.avai.server.ratelimit.BucketRateLimiter;
import life.avai.server.ratelimit.NewGuests;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.ServerSettings;
import life.avai.server.tracing.Tracing;
import life.avai.server.websocket.AiStatus;
import life.avai.server.websocket.CloseCode;
import life.avai.server.websocket.EdgeEvents;
import life.avai.server.websocket.Services;
import life.avai.server.websocket.SessionRegistry;
import life.avai.server.websocket.WebSocketUpgrade;
import org.jspecify.annotations.Nullable;

/** A running server: every part of it, put together. Closing it drains it first. */
public final class AvaiServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AvaiServer.class.getName());
  private static final Duration SWEEP = Duration.ofMillis(200);

  private static final Duration RECONNECT_SPREAD = Duration.ofSeconds(5);

  private final ServerSettings settings;
  private final ServerMetrics metrics = new ServerMetrics();
  private final @Nullable Tracing tracing;
  private final CredentialVerifier provider;
  private final Storage storage;
  private final Assistant assistant;
  private final TurnDispatcher turns;
  private final SessionRegistry registry;
  private final Listener listener;
  private final Channel mainSocket;
  private final @Nullable Channel metricsSocket;
  private final @Nullable Certificate certificate;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("avai-sweep").factory());
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Puts it together.
   *
   * @param opened gets every part that must be closed, as soon as it is there
   */
  private AvaiServer(ServerSettings settings, Deque<AutoCloseable> opened) {
    this.settings = settings;
    // What needs nothing but the settings first: a mistake in them shows before anything is
    // started.
    InstantSource clock = InstantSource.system();
    Revocations revocations = new Revocations(clock);
    provider = PartsFromSettings.verifier(settings.identity());
    if (provider instanceof AutoCloseable keys) {
      opened.push(keys);
    }
    CredentialVerifier verifier = revocations.guarding(provider);
    SystemPrompt prompt = PartsFromSettings.prompt(settings.systemPromptFile());
    certificate = PartsFromSettings.certificate(settings);
    InetAddress host = PartsFromSettings.host(settings.host());
    settings.describe().forEach(line -> LOG.log(System.Logger.Level.INFO, "{0}", line));
    Ids ids = Ids.timeOrdered();
    opened.push(metrics);
    opened.push(timer::shutdownNow);
    tracing =
        settings.tracing() == null ? null : Tracing.start(settings.tracing(), Version.current());
    if (tracing != null) {
      opened.push(tracing);
    }
    storage = new Storage(settings);
    opened.push(storage);
    storage.migrate();
    PostgresStores stores = storage.stores();
    stores.onGroupCommit(metrics::groupCommitted);
    assistant =
        PartsFromSettings.assistant(
            settings.canisters(), metrics, tracing == null ? CanisterCalls.NONE : tracing);
    if (assistant instanceof AutoCloseable connections) {
      opened.push(connections);
    }
    Conversations conversations =
        Conversations.over(
                tracing == null ? stores.conversations() : tracing.over(stores.conversations()),
                stores.threads(),
                assistant)
            .limiter(new BucketRateLimiter(settings.messageLimits()))
            .content(settings.edge().content())
            .context(settings.context())
            .prompt(prompt)
            .turns(settings.turns())
            .clock(clock)
            .ids(ids)
            .listener(tracing == null ? metrics : metrics.and((TurnListener) tracing))
            .build();
    turns = conversations.turns();
    opened.push(turns);
    registry = new SessionRegistry(settings.edge().maxPerUser());
    AiStatus status = new AiStatus(assistant, stores.conversations());
    SecureRandom random = new SecureRandom();
    DeleteAccount deleteAccount = new DeleteAccount(stores.personalData(), turns);
    ExportData exportData =
        new ExportData(stores.personalData(), stores.exportLinks(), clock, random);
    Services services =
        new Services(
            new Authenticate(
                verifier, stores.users(), settings.identity().anonymous(), clock, ids, random),
            new NewGuests(settings.maxConnectionsPerAddress(), settings.production()),
            revocations,
            exportData,
            deleteAccount,
            conversations.send(),
            conversations.cancel(),
            conversations.regenerate(),
            conversations.threads(),
            stores.threads(),
            stores.messages(),
            stores.conversations(),
            conversations.events(),
            turns,
            assistant,
            status,
            tracing == null ? metrics : metrics.and((EdgeEvents) tracing),
            clock);
    gauges(stores, conversations.events(), status);
    HttpResources resources =
        new HttpResources(
            new HealthCheck(storage, assistant, registry)::now,
            metrics::scrape,
            settings.adminToken() == null
                ? null
                : new AdminResources(
                    settings.adminToken().value(), stores.analytics()::since, clock),
            settings.metricsPort(),
            PartsFromSettings.page(settings.identity()));
    TrustedProxies proxies = settings.trustedProxies();
    Newcomers newcomers = PartsFromSettings.newcomers(settings);
    metrics.gauge(
        "avai.connections.new", "Connections that have not authenticated", newcomers::size);
    WebSocketUpgrade upgrade =
        WebSocketUpgrade.toSessions(
            services, registry, settings.edge(), ids, Version.current(), newcomers::known);
    OriginPolicy origins = new OriginPolicy(settings.allowedOrigins());
    HttpEdge.Rules rules =
        new HttpEdge.Rules(
            origins,
            new HostPolicy(host.isLoopbackAddress(), origins, proxies),
            new ConnectionLimits(
                settings.maxConnections(),
                settings.maxConnectionsPerAddress(),
                settings.production(),
                proxies,
                newcomers),
            settings.edge().authTimeout(),
            settings.edge().slowReaderTimeout());
    List<Endpoint> endpoints = new ArrayList<>(List.of(new ExportEndpoint(exportData)));
    if (settings.identity().webhookSecret() != null) {
      endpoints.add(
          new ClerkWebhook(
              new SvixSignature(settings.identity().webhookSecret()),
              revocations,
              registry::endProviderSession,
              subject -> deleteAccount.handle(subject).ifPresent(registry::endDeleted),
              clock));
    }
    listener = new Listener();
    opened.push(listener);
    listener.watchLag(metrics::loopLag);
    mainSocket =
        listener.listen(
            new Listener.Place("PORT", host, settings.port()),
            certificate == null ? null : certificate::current,
            newcomers,
            () -> new HttpEdge(rules, resources, upgrade, endpoints));
    metricsSocket =
        settings.metricsPort() == 0
            ? null
            : listener.listen(
                new Listener.Place("AVAI_METRICS_PORT", host, settings.metricsPort()),
                null,
                newcomers,
                () -> new HttpEdge(rules, resources, null, List.of()));
    if (certificate != null) {
      certificate.watch(timer);
    }
    assistant.onStatusChange(() -> status.changed(registry));
    RetentionSweep retention =
        new RetentionSweep(
            new ForgetIdleUsers(
                stores.personalData(), stores.exportLinks(), settings.retention(), clock),
            registry);
    storage.whenMigrated(() -> {
      turns.start();
      retention.start(settings.retention(), timer);
    });
    timer.scheduleWithFixedDelay(
        () -> registry.sweep(System.nanoTime()),
        SWEEP.toMillis(),
        SWEEP.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /**
   * Starts a server and returns when it listens. It does so also when the database is away, and
   * then says that it is not ready.
   *
   * @throws ConfigurationException when a setting cannot be used, also a port that is taken;
   *     nothing is left open then
   */
  public static AvaiServer start(ServerSettings settings) {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    AvaiServer server;
    try {
      server = new AvaiServer(settings, opened);
    } catch (RuntimeException | Error e) {
      // Half a server would keep the process alive, and the database's directory locked.
      closeAll(opened);
      throw e;
    }
    LOG.log(
        System.Logger.Level.INFO,
        "listening on {0} version={1}",
        NetUtil.toSocketAddressString(settings.host(), server.port()),
        Version.current());
    return server;
  }

  /**
   * Asks these canisters from now on; those that are not among them finish what they have. A server
   * that was started without any stays without.
   *
   * @throws ConfigurationException when it cannot be done; nothing is changed then
   */
  public void useCanisters(List<URI> urls) {
    if (!(assistant instanceof CanisterAssistant canisters) || urls.isEmpty()) {
      throw new ConfigurationException(
          "AVAI_CANISTER_WS_URL", "at least one URL, now and when the server was started");
    }
    canisters.use(urls);
  }

  /** The port that clients connect to. */
  public int port() {
    return ((InetSocketAddress) mainSocket.localAddress()).getPort();
  }

  private void gauges(PostgresStores stores, LiveThreads events, AiStatus status) {
    metrics.gauge("avai.connections", "Open WebSockets", registry::size);
    metrics.gauge("avai.users", "Users with an open WebSocket", registry::users);
    metrics.gauge("avai.ready", "1 while messages can be kept", () -> storage.isReady() ? 1 : 0);
    metrics.gauge(
        "avai.certificate.end.seconds",
        "When the TLS certificate ends, in seconds since 1970; NaN where there is none",
        () -> certificate == null ? Double.NaN : certificate.end().getEpochSecond());
    metrics.gauge(
        "avai.certificate.refused",
        "1 while what is in the certificate's files cannot be used",
        () -> certificate != null && certificate.isRefused() ? 1 : 0);
    metrics.gauge(
        "avai.mailbox.characters",
        "What clients have sent and nobody has looked at",
        registry::unreadCharacters);
    metrics.gauge("avai.outbound.bytes", "What clients have not taken", registry::unsentBytes);
    metrics.gauge("avai.turns.running", "Turns that run here", turns::runningTurns);
    metrics.gauge("avai.turns.waiting", "Turns that wait, on all servers", status::waitingTurns);
    metrics.gauge(
        "avai.threads.live", "Threads that are watched or have a running reply", events::size);
    metrics.gauge(
        "avai.store.connections.active", "Database connections in use", stores::activeConnections);
    metrics.gauge(
        "avai.store.connections.max", "Database connections at most", settings::databasePoolSize);
    metrics.gauge(
        "avai.store.connections.waiting",
        "Callers that wait for one",
        stores::waitingForConnections);
    metrics.gauge(
        "avai.store.writes.waiting", "Writes that wait for the next commit", stores::waitingWrites);
    metrics.gauge(
        "avai.canisters.connected",
        "Canisters that can be asked",
        () -> assistant.status().connected());
    metrics.gauge(
        "avai.canisters.configured",
        "Canisters there should be",
        () -> assistant.status().configured());
    metrics.gauge(
        "avai.canisters.capacity",
        "Questions that can be put now",
        () -> assistant.status().capacity());
  }

  /** Takes the certificate anew if there is another in its files; a broken one changes nothing. */
  public void reloadCertificate() {
    if (certificate != null) {
      certificate.reload();
    }
  }

  /**
   * Goes down as it should: no new connections, everyone is told, running turns may finish within
   * the grace and the others are handed over, then every socket is closed.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    LOG.log(System.Logger.Level.INFO, "shutting down");
    mainSocket.close().awaitUninterruptibly();
    registry.announceShutdown(RECONNECT_SPREAD);
    turns.close(settings.shutdownGrace());
    registry.closeAll(CloseCode.RESTART);
    awaitClosedSockets();
    if (metricsSocket != null) {
      metricsSocket.close().awaitUninterruptibly();
    }
    timer.shutdownNow();
    List<AutoCloseable> parts = new ArrayList<>();
    parts.add(listener);
    if (assistant instanceof AutoCloseable connections) {
      parts.add(connections);
    }
    if (provider instanceof AutoCloseable keys) {
      parts.add(keys);
    }
    parts.add(storage);
    if (tracing != null) {
      parts.add(tracing);
    }
    parts.add(metrics);
    closeAll(parts);
    LOG.log(System.Logger.Level.INFO, "stopped");
  }

  private static void closeAll(Collection<AutoCloseable> parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.log(System.Logger.Level.ERROR, "not closed: " + part.getClass().getSimpleName(), e);
      }
    }
  }

  /** A moment for the close frames to be answered; the sockets end by themselves after that. */
  private void awaitClosedSockets() {
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (registry.size() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
