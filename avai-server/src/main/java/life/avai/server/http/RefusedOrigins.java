package life.avai.server.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells operators of pages that may not connect, because the usual reason is a line that is missing
 * in {@code AVAI_ALLOWED_ORIGINS}. Each is told once and not many in all: anybody can make them up.
 *
 * <p>Safe for use by many threads at once.
 */
public final class RefusedOrigins {
  private static final System.Logger LOG = System.getLogger(RefusedOrigins.class.getName());
  private static final int AT_MOST = 20;
  private static final int SHOWN = 100;

  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /** A page was refused; returns whether that was told. */
  boolean refused(String origin) {
    String shown = origin.length() > SHOWN ? origin.substring(0, SHOWN) + "…" : origin;
    if (told.size() >= AT_MOST || !told.add(shown)) {
      return false;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "origin refused origin={0}; pages that may connect are named in AVAI_ALLOWED_ORIGINS",
        shown);
    return true;
  }
}
