package life.avai.server.fuzz;

/**
 * A target for Jazzer, whose inputs are led by what the code has covered: {@code mvn -Pfuzz}, as
 * CONTRIBUTING.md says. It finds the two methods by their names.
 */
public final class GuidedFuzzing {
  private static Target target;
  private static Property property;

  private GuidedFuzzing() {}

  /**
   * Called once.
   *
   * @param arguments the name of the target
   */
  public static void fuzzerInitialize(String[] arguments) {
    target = Target.named(arguments[0]);
    property = target.property();
  }

  /** Called for each input, on one thread. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    property.check(new String(input, target.charset));
  }
}
