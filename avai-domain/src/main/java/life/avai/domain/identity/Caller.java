package life.avai.domain.identity;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/** Somebody whose identity was proven: by a token, or by having been here before. */
public sealed interface Caller {
  /** Whose threads these are. */
  UserId userId();

  /** How to address them. */
  String name();

  Tier tier();

  /**
   * A user known to the identity provider.
   *
   * @param subject the provider's name for the user; what the canister is told
   */
  record SignedIn(UserId userId, String subject, String name, Tier tier) implements Caller {
    public SignedIn {
      requireNonNull(userId, "userId");
      requireNonNull(subject, "subject");
      requireNonNull(name, "name");
      requireNonNull(tier, "tier");
    }
  }

  /**
   * A user who holds a session token and is otherwise unknown.
   *
   * @param sessionId names the session; no secret
   */
  record Anonymous(UserId userId, UUID sessionId) implements Caller {
    public Anonymous {
      requireNonNull(userId, "userId");
      requireNonNull(sessionId, "sessionId");
    }

    @Override
    public String name() {
      return "Guest";
    }

    @Override
    public Tier tier() {
      return Tier.ANONYMOUS;
    }
  }
}
