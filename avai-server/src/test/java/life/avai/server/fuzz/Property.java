package life.avai.server.fuzz;

/** Something that holds for every input, whoever made it. */
public interface Property extends AutoCloseable {
  /** Throws, whatever it is, when it does not hold. */
  void check(String input) throws Exception;

  @Override
  default void close() {}
}
