package life.avai.server.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;
import life.avai.server.support.TestDatabase;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.check.Database;
import life.avai.testkit.check.Recorder;
import life.avai.testkit.fault.FaultProxy;
import life.avai.testkit.identity.FakeIssuer;

/** Servers, a PostgreSQL of their own, and canisters, with proxies between all of them. */
final class World implements AutoCloseable {
  static final Duration LEASE = Duration.ofMillis(1_500);
  private static final int CANISTERS = 2;

  private final EmbeddedPostgres postgres;
  private final TestDatabase database;
  private final List<FakeCanister> canisters = new ArrayList<>();
  private final List<FaultProxy> canisterProxies = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Recorder recorder = new Recorder();
  private final FakeIssuer issuer = FakeIssuer.start();

  World(Path directory, int servers, long seed) {
    try {
      Path home = Files.createDirectories(directory.resolve("postgres"));
      // As root in a container PostgreSQL runs as another user, who must get to its files.
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
      // As people run it: what was committed must survive whatever is done to it.
      postgres =
          EmbeddedPostgres.start(
              EmbeddedPostgresSettings.durable(home)
                  .withBinaries(EmbeddedPostgresSettings.forTests(home).binaries()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    database = TestDatabase.in(postgres, postgres.jdbcUrl());
    for (int i = 0; i < CANISTERS; i++) {
      FakeCanister canister =
          FakeCanister.start(request ->
              script(seed, request.requestId(), request.attempt(), request.question())
                  .stepsFor(request));
      canister.listener(recorder.canister());
      canisters.add(canister);
      canisterProxies.add(FaultProxy.to(canister.url().getPort()));
    }
    Map<String, String> variables =
        Map.of(
            "AVAI_CANISTER_WS_URL",
            canisterProxies.stream()
                .map(proxy -> "ws://127.0.0.1:" + proxy.port() + "/")
                .collect(Collectors.joining(",")),
            "AVAI_TURN_LEASE",
            LEASE.toMillis() + "ms",
            "AVAI_AI_FIRST_TIMEOUT",
            "4s",
            "AVAI_AI_IDLE_TIMEOUT",
            "4s",
            "AVAI_AI_TURN_TIMEOUT",
            "20s",
            "AVAI_TURN_ATTEMPTS",
            "8",
            "AVAI_SLOW_READER_TIMEOUT",
            "1s",
            "CLERK_ISSUER",
            issuer.issuer(),
            "CLERK_JWKS_URL",
            issuer.jwksUrl().toString());
    for (int i = 0; i < servers; i++) {
      nodes.add(new Node("node-" + i, directory, database, variables));
    }
    nodes.forEach(Node::awaitReady);
  }

  /** How a canister behaves: the same for one attempt of one turn, and of all kinds over many. */
  private static CanisterScript script(long seed, String request, int attempt, String question) {
    Random random = new Random(seed * 31 + request.hashCode() * 7L + attempt);
    String text =
        "You asked: " + question + ". \uD83D\uDE00 " + "and so on ".repeat(random.nextInt(30));
    if (question.endsWith(Person.SLOWLY)) {
      return CanisterScript.replyWith(text + "and on ".repeat(40), 4, Duration.ofMillis(10));
    }
    if (question.endsWith(Witness.AT_LENGTH)) {
      String more = "and on and on ".repeat(attempt == 1 ? 120 : 5);
      return CanisterScript.replyWith(text + more, 8, Duration.ofMillis(20));
    }
    if (question.length() > 1_000) {
      return CanisterScript.replyWith("That is much.");
    }
    return switch (random.nextInt(25)) {
      case 0, 1 -> CanisterScript.failWith("busy", true, Duration.ofMillis(50));
      case 2 -> CanisterScript.failWith("no", false, null);
      case 3 -> CanisterScript.playing(Step.delta("cut "), Step.cutMidFrame());
      case 4 -> CanisterScript.playing(Step.delta("not "), Step.response(text));
      case 5 -> CanisterScript.replyWhole(text);
      default ->
          CanisterScript.replyWith(
              text, 3 + random.nextInt(20), Duration.ofMillis(random.nextInt(12)));
    };
  }

  List<Node> nodes() {
    return nodes;
  }

  List<FakeCanister> canisters() {
    return canisters;
  }

  List<FaultProxy> canisterProxies() {
    return canisterProxies;
  }

  FakeIssuer issuer() {
    return issuer;
  }

  EmbeddedPostgres postgres() {
    return postgres;
  }

  TestDatabase database() {
    return database;
  }

  Recorder recorder() {
    return recorder;
  }

  /** Every row, as it is now. */
  Database rows() {
    try {
      return Database.read(database.dataSource(), "public");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    nodes.forEach(Node::close);
    canisterProxies.forEach(FaultProxy::close);
    canisters.forEach(FakeCanister::close);
    issuer.close();
    postgres.kill();
    postgres.close();
  }
}
