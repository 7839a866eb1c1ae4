package life.avai.domain.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import life.avai.domain.identity.CredentialVerifier.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Sessions and users that the identity provider has ended, remembered so that a token that was made
 * before lets nobody in again.
 *
 * <p>Safe for use by many threads at once; never blocks.
 */
public final class Revocations {
  /** Longer than session tokens live, which is about a minute. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  private static final int AT_MOST = 100_000;

  private final InstantSource clock;
  // Guarded by this. The oldest first.
  private final Map<Revoked, Instant> revoked = new LinkedHashMap<>();

  private sealed interface Revoked {
    record Session(String id) implements Revoked {}

    record Subject(String name) implements Revoked {}
  }

  public Revocations(InstantSource clock) {
    this.clock = clock;
  }

  /** The provider's session has ended. */
  public void endSession(String id) {
    add(new Revoked.Session(id));
  }

  /** The provider's user is no more. */
  public void endSubject(String name) {
    add(new Revoked.Subject(name));
  }

  private synchronized void add(Revoked ended) {
    Instant now = clock.instant();
    revoked.remove(ended);
    revoked.put(ended, now.plus(REMEMBERED));
    Iterator<Instant> oldest = revoked.values().iterator();
    while (oldest.hasNext() && (oldest.next().isBefore(now) || revoked.size() > AT_MOST)) {
      oldest.remove();
    }
  }

  /** Whether the provider's user is no more. */
  public synchronized boolean isSubjectEnded(String name) {
    return revoked.containsKey(new Revoked.Subject(name));
  }

  /** Whether a token that names these no longer counts. */
  public synchronized boolean isEnded(String subject, @Nullable String session) {
    return isSubjectEnded(subject)
        || (session != null && revoked.containsKey(new Revoked.Session(session)));
  }

  /** A verifier that refuses what was ended, and else asks another. */
  public CredentialVerifier guarding(CredentialVerifier verifier) {
    return token -> {
      Verification found = verifier.verify(token);
      return found instanceof Verification.Verified(var identity)
              && isEnded(identity.subject(), identity.providerSession())
          ? new Verification.Rejected("the session has ended")
          : found;
    };
  }
}
