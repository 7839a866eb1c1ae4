package life.avai.server;

import java.lang.reflect.Proxy;

/**
 * The signal by which an operator asks a running program to read its settings again.
 *
 * <p>By reflection, because the JDK has no other API for signals than one that the compiler warns
 * of; where there is none, or no such signal, nothing happens.
 */
final class HangUp {
  private static final System.Logger LOG = System.getLogger(HangUp.class.getName());

  private HangUp() {}

  /** Runs something whenever the process gets SIGHUP, on a thread of its own. */
  static void onSignal(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object runsIt =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      Object unused =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), runsIt);
    } catch (ReflectiveOperationException e) {
      LOG.log(System.Logger.Level.DEBUG, "SIGHUP is not heard: {0}", e.toString());
    }
  }
}
