package life.avai.domain.identity;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import life.avai.domain.Ids;
import life.avai.domain.identity.CredentialVerifier.Verification;
import org.jspecify.annotations.Nullable;

/** Finds out who is talking. Blocks on the store and perhaps on the identity provider's keys. */
public final class Authenticate {
  private final CredentialVerifier verifier;
  private final UserRepository users;
  private final AnonymousPolicy policy;
  private final InstantSource clock;
  private final Ids ids;
  private final SecureRandom random;

  public Authenticate(
      CredentialVerifier verifier,
      UserRepository users,
      AnonymousPolicy policy,
      InstantSource clock,
      Ids ids,
      SecureRandom random) {
    this.verifier = requireNonNull(verifier, "verifier");
    this.users = requireNonNull(users, "users");
    this.policy = requireNonNull(policy, "policy");
    this.clock = requireNonNull(clock, "clock");
    this.ids = requireNonNull(ids, "ids");
    this.random = requireNonNull(random, "random");
  }

  /** Who may come without an account. */
  public enum AnonymousPolicy {
    ALLOWED,
    DENIED,
    /** Everybody is anonymous; tokens are refused. */
    ONLY
  }

  /**
   * What somebody shows. Nothing at all asks for a new anonymous session.
   *
   * @param token the identity provider's, or null
   * @param session of an earlier anonymous session, or null; with a token: claim its threads
   * @param present who the connection belongs to already; null when to nobody
   */
  public record Command(
      @Nullable String token, @Nullable SessionToken session, @Nullable Caller present) {}

  /** What came of it. */
  public sealed interface Outcome {
    /**
     * Signed in.
     *
     * @param expiresAt when the token ends
     * @param claimedFrom the anonymous user whose threads are now the caller's; null when none
     */
    record SignedIn(
        Caller.SignedIn caller,
        Instant expiresAt,
        @Nullable String providerSession,
        @Nullable UserId claimedFrom)
        implements Outcome {}

    /**
     * Anonymous.
     *
     * @param session the secret that resumes the session
     */
    record Anonymous(Caller.Anonymous caller, SessionToken session) implements Outcome {}

    /** Nothing was proven. */
    record Refused(String reason) implements Outcome {}

    /** It cannot be told just now. */
    record TryAgain(String reason) implements Outcome {}
  }

  /**
   * Checks what is shown.
   *
   * @throws life.avai.domain.StoreUnavailableException when the store cannot be reached
   */
  public Outcome handle(Command command) {
    return command.token() == null ? anonymous(command) : signIn(command.token(), command);
  }

  private Outcome signIn(String token, Command command) {
    if (policy == AnonymousPolicy.ONLY) {
      return new Outcome.Refused("sign-in is switched off on this server");
    }
    return switch (verifier.verify(token)) {
      case Verification.Rejected(var reason) -> new Outcome.Refused(reason);
      case Verification.Undecided(var reason) -> new Outcome.TryAgain(reason);
      case Verification.Verified(var identity) -> signIn(identity, command);
    };
  }

  private Outcome signIn(VerifiedIdentity identity, Command command) {
    if (command.present() instanceof Caller.SignedIn present
        && !present.subject().equals(identity.subject())) {
      return new Outcome.Refused("this connection belongs to another user");
    }
    Instant now = clock.instant();
    Caller.SignedIn caller = users.signIn(identity, new UserId(ids.next()), now);
    UserId claimedFrom = null;
    if (command.session() != null) {
      Optional<UserId> claimed = users.claim(caller.userId(), command.session().hash(), now);
      if (claimed.isEmpty()) {
        return new Outcome.Refused("the session token is unknown or spent");
      }
      claimedFrom = claimed.get();
    }
    return new Outcome.SignedIn(
        caller, identity.expiresAt(), identity.providerSession(), claimedFrom);
  }

  private Outcome anonymous(Command command) {
    if (policy == AnonymousPolicy.DENIED) {
      return new Outcome.Refused("anonymous use is switched off on this server");
    }
    if (command.session() == null) {
      if (command.present() != null) {
        return new Outcome.Refused("this connection belongs to a user already");
      }
      SessionToken secret = SessionToken.generate(random);
      Caller.Anonymous caller =
          users.createAnonymous(new UserId(ids.next()), ids.next(), secret.hash(), clock.instant());
      return new Outcome.Anonymous(caller, secret);
    }
    Optional<Caller.Anonymous> found = users.findAnonymous(command.session().hash());
    if (found.isEmpty()) {
      return new Outcome.Refused("the session token is unknown or spent");
    }
    if (command.present() != null && !command.present().userId().equals(found.get().userId())) {
      return new Outcome.Refused("this connection belongs to another user");
    }
    return new Outcome.Anonymous(found.get(), command.session());
  }
}
