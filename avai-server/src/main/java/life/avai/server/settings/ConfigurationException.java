package life.avai.server.settings;

import java.io.Serial;

/** A variable has a value that cannot be used; the message is one line and holds no secret. */
public final class ConfigurationException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public ConfigurationException(String variable, String expected) {
    super(variable + ": expected " + expected);
  }
}
