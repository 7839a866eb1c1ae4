package life.avai.domain.identity;

import java.util.Locale;

/** What a user has subscribed to; limits depend on it. */
public enum Tier {
  ANONYMOUS,
  FREE,
  PRO,
  ENTERPRISE;

  /** The name on the wire and in the database. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The tier of that name; anything unknown is {@link #FREE}, because a token must never lift a
   * limit by mistake.
   */
  public static Tier ofWireName(String name) {
    for (Tier tier : values()) {
      if (tier.wireName().equals(name)) {
        return tier;
      }
    }
    return FREE;
  }
}
