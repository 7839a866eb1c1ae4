package life.avai.domain.identity;

/**
 * Decides whether a token proves who its bearer is.
 *
 * <p>Safe for use by many threads at once. Calls may block on the network: make them on a virtual
 * thread.
 */
@FunctionalInterface
public interface CredentialVerifier {
  /**
   * Checks a token.
   *
   * @param token as the client sent it; hostile until proven otherwise
   * @return who it is, or why not; a bad token is returned, not thrown
   */
  Verification verify(String token);

  /** A verifier for a server that knows no identity provider. */
  static CredentialVerifier none() {
    return token -> new Verification.Rejected("sign-in is not configured on this server");
  }

  /** What came of a check. */
  sealed interface Verification {
    /** The token is good until its end. */
    record Verified(VerifiedIdentity identity) implements Verification {}

    /**
     * The token proves nothing.
     *
     * @param reason in our words, fit for the client; holds nothing of the token
     */
    record Rejected(String reason) implements Verification {}

    /** The provider's keys cannot be had just now, so nobody can tell; trying again may help. */
    record Undecided(String reason) implements Verification {}
  }
}
