package life.avai.domain.identity;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Where users are kept.
 *
 * <p>Safe for use by many threads at once. Calls block: make them on a virtual thread. When the
 * store cannot be reached they throw {@link life.avai.domain.StoreUnavailableException} and nothing
 * has changed, except where the connection was lost while committing: every call may be repeated.
 */
public interface UserRepository {
  /**
   * The user with the identity's subject, made when it is the first time, with name and tier
   * brought up to date.
   */
  Caller.SignedIn signIn(VerifiedIdentity identity, UserId idWhenNew, Instant now);

  /** Keeps a new anonymous user whose session token has the given SHA-256. */
  Caller.Anonymous createAnonymous(UserId id, UUID sessionId, byte[] tokenHash, Instant now);

  /** The anonymous user whose session token has that SHA-256, unless it is unknown or spent. */
  Optional<Caller.Anonymous> findAnonymous(byte[] tokenHash);

  /**
   * Gives the threads of an anonymous user to a signed-in one and forgets the anonymous one with
   * the session token, all or nothing. Messages keep their idempotency: a repeated send is still
   * recognised. Where both have used the same client message id it stays with what the signed-in
   * user sent, also when that was deleted since; the other message goes without.
   *
   * @return whose threads they were; empty when the token is unknown or spent, and then nothing
   *     changed
   */
  Optional<UserId> claim(UserId signedIn, byte[] tokenHash, Instant now);
}
