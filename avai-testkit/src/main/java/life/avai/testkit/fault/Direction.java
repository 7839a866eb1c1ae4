package life.avai.testkit.fault;

/** Which way bytes go through a {@link FaultProxy}. */
public enum Direction {
  /** From whoever dialled the proxy to the program behind it. */
  FORTH,
  /** From the program behind the proxy to whoever dialled it. */
  BACK
}
