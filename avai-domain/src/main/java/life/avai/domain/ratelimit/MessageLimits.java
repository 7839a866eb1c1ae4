package life.avai.domain.ratelimit;

import life.avai.domain.identity.Tier;

/**
 * Messages a minute, by tier. A minute's worth may come at once; it is refilled evenly.
 *
 * @param anonymous for whom nobody vouches
 */
public record MessageLimits(int anonymous, int free, int pro, int enterprise) {
  public static final MessageLimits DEFAULTS = new MessageLimits(20, 60, 120, 600);

  public MessageLimits {
    if (anonymous < 1 || free < 1 || pro < 1 || enterprise < 1) {
      throw new IllegalArgumentException("limits: (expected: at least 1 a minute in every tier)");
    }
  }

  public int perMinute(Tier tier) {
    return switch (tier) {
      case ANONYMOUS -> anonymous;
      case FREE -> free;
      case PRO -> pro;
      case ENTERPRISE -> enterprise;
    };
  }
}
