package life.avai.testkit.conformance;

import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import life.avai.testkit.conformance.Verdict.Outcome;
import life.avai.testkit.json.JsonException;
import org.jspecify.annotations.Nullable;

/**
 * A server that is to be held to the protocol. It needs no control over the server and none over
 * its canisters: what takes that is skipped, with the reason. It makes users, threads and messages.
 *
 * <pre>{@code
 * List<Verdict> verdicts = Conformance.of(URI.create("ws://127.0.0.1:8080/ws")).check();
 * }</pre>
 *
 * @param server a {@code ws} or {@code wss} address, path included
 * @param token of somebody who may sign in; null to be anonymous
 * @param patience the longest wait for an answer; a turn may take six times as long
 */
public record Conformance(URI server, @Nullable String token, Duration patience) {
  /**
   * A server for anonymous users.
   *
   * @param server its address
   * @return what can be checked, waiting ten seconds
   */
  public static Conformance of(URI server) {
    return new Conformance(server, null, Duration.ofSeconds(10));
  }

  /**
   * Everything that is checked.
   *
   * @return the statements, in the order of the protocol
   */
  public static List<Statement> statements() {
    return Stream.of(
            OpeningStatements.ALL,
            StrictnessStatements.ALL,
            SendingStatements.ALL,
            TurnStatements.ALL,
            ThreadStatements.ALL,
            SubscriptionStatements.ALL,
            AliasStatements.ALL)
        .flatMap(List::stream)
        .toList();
  }

  /**
   * Checks everything, one statement after the other.
   *
   * @return a verdict on each
   */
  public List<Verdict> check() {
    return statements().stream().map(this::check).toList();
  }

  /**
   * Checks one statement on sockets of its own.
   *
   * @param statement the statement
   * @return the verdict
   */
  public Verdict check(Statement statement) {
    try (Visit visit = new Visit(this)) {
      statement.trial().run(visit);
      return new Verdict(statement, Outcome.HOLDS, "");
    } catch (SkippedException e) {
      return new Verdict(statement, Outcome.SKIPPED, String.valueOf(e.getMessage()));
    } catch (AssertionError | UncheckedIOException | JsonException e) {
      return new Verdict(statement, Outcome.FAILS, String.valueOf(e.getMessage()));
    }
  }
}
