package life.avai.testkit.conformance;

import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The statements of the protocol as tests of JUnit's, one each, for a test class to extend.
 *
 * <pre>{@code
 * class MyServerTest extends ConformanceTests {
 *   protected Conformance conformance() {
 *     return Conformance.of(URI.create("ws://127.0.0.1:8080/ws"));
 *   }
 * }
 * }</pre>
 */
public abstract class ConformanceTests {
  /**
   * The server that is checked.
   *
   * @return its address and how to sign in, the same all the time
   */
  protected abstract Conformance conformance();

  @TestFactory
  Stream<DynamicTest> statements() {
    Conformance conformance = conformance();
    return Conformance.statements().stream()
        .map(statement ->
            DynamicTest.dynamicTest(
                statement.toString(), () -> assertHolds(conformance.check(statement))));
  }

  private static void assertHolds(Verdict verdict) {
    switch (verdict.outcome()) {
      case HOLDS -> {}
      case FAILS -> throw new AssertionError(verdict.reason());
      case SKIPPED -> Assumptions.abort(verdict.reason());
    }
  }
}
