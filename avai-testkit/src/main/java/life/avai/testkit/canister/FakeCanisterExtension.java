package life.avai.testkit.canister;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension that gives each test a {@link FakeCanister} of its own and closes it
 * afterwards.
 *
 * <pre>{@code
 * @RegisterExtension
 * final FakeCanisterExtension canisters =
 *     FakeCanisterExtension.playing(CanisterScript.replyWith("Hello"));
 *
 * @Test
 * void answers(FakeCanister canister) { ... }   // the same as canisters.canister()
 * }</pre>
 *
 * <p>With {@code @ExtendWith(FakeCanisterExtension.class)} the canister has its default script. A
 * canister asked for in {@code @BeforeAll} lives as long as the class and is the one that its tests
 * get.
 */
public final class FakeCanisterExtension implements BeforeEachCallback, ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(FakeCanisterExtension.class);

  private final @Nullable CanisterScript script;
  private @Nullable FakeCanister current;

  /** Gives canisters with the default script. */
  public FakeCanisterExtension() {
    this(null);
  }

  private FakeCanisterExtension(@Nullable CanisterScript script) {
    this.script = script;
  }

  /**
   * Gives canisters with a script.
   *
   * @param script how they answer until a test says otherwise
   * @return the extension
   */
  public static FakeCanisterExtension playing(CanisterScript script) {
    return new FakeCanisterExtension(script);
  }

  /**
   * The canister of the test that is running. Where tests of one class run at the same time, ask
   * for a parameter instead.
   *
   * @return the canister, accepting connections
   * @throws IllegalStateException outside a test
   */
  public FakeCanister canister() {
    if (current == null) {
      throw new IllegalStateException("no test is running");
    }
    return current;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    current = canisterOf(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == FakeCanister.class;
  }

  @Override
  public FakeCanister resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return canisterOf(context);
  }

  /** The store closes what it holds when its context ends. */
  private FakeCanister canisterOf(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .computeIfAbsent(
            FakeCanister.class,
            key -> script == null ? FakeCanister.start() : FakeCanister.start(script),
            FakeCanister.class);
  }
}
