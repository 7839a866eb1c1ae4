package life.avai.server;

import java.net.URI;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands behind a command: options, each with a value. */
record CommandOptions(Map<String, String> values) {

  /** Says what is wrong with what was typed. */
  @SuppressWarnings("serial") // Nobody sends it anywhere.
  static final class UsageException extends RuntimeException {
    private UsageException(String message) {
      super(message);
    }
  }

  /**
   * Reads them.
   *
   * @param known the names that the command has
   * @throws UsageException for another name, or one without a value
   */
  static CommandOptions read(List<String> arguments, Set<String> known) {
    Map<String, String> values = new HashMap<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String name = rest.next();
      if (!known.contains(name)) {
        throw new UsageException(name + ": there is no such option");
      }
      if (!rest.hasNext()) {
        throw new UsageException(name + ": expected a value");
      }
      values.put(name, rest.next());
    }
    return new CommandOptions(Map.copyOf(values));
  }

  String text(String name, String byDefault) {
    return values.getOrDefault(name, byDefault);
  }

  /**
   * A port.
   *
   * @throws UsageException when it is none
   */
  int port(String name, int byDefault) {
    String text = text(name, Integer.toString(byDefault));
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port < 1 << 16) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new UsageException(name + ": expected a port, 0 to 65535");
  }

  /**
   * The address of a WebSocket.
   *
   * @throws UsageException when it is none
   */
  URI webSocket(String name, String byDefault) {
    String text = text(name, byDefault);
    try {
      URI url = URI.create(text);
      if (url.getHost() != null && Set.of("ws", "wss").contains(url.getScheme())) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new UsageException(name + ": expected a URL, ws:// or wss://");
  }
}
