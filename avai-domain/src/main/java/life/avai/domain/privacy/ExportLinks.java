package life.avai.domain.privacy;

import java.time.Instant;
import java.util.Optional;
import life.avai.domain.identity.UserId;

/**
 * The secrets under which users may fetch a copy of their data, each once. A user has one at most.
 *
 * <p>Safe for use by many threads at once. Calls block: make them on a virtual thread. When the
 * store cannot be reached they throw {@link life.avai.domain.StoreUnavailableException}.
 */
public interface ExportLinks {
  /**
   * Keeps a secret in place of the user's earlier one.
   *
   * @param tokenHash the secret's SHA-256: 32 bytes
   */
  void offer(UserId user, byte[] tokenHash, Instant expiresAt);

  /**
   * Spends a secret.
   *
   * @return whose data it opens; empty when it is unknown, spent, or over at that moment
   */
  Optional<UserId> redeem(byte[] tokenHash, Instant now);

  /** Forgets the secrets that are over. */
  void sweep(Instant now);
}
