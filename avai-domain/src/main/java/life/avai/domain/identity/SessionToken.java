package life.avai.domain.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A secret that lets its bearer in, as an anonymous session's or a link's: 256 random bits, shown
 * once to the client and kept only as a hash.
 *
 * <p>Look-ups go by the SHA-256 of the token, so comparing in an index tells a guesser nothing
 * about the secret, and a stolen table lets nobody in. A slow hash would add nothing: there is no
 * weak password to protect.
 */
public final class SessionToken {
  private static final int BYTES = 32;
  private static final int MAX_CHARS = 128;

  private final String secret;

  private SessionToken(String secret) {
    this.secret = secret;
  }

  /** A new secret. */
  public static SessionToken generate(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new SessionToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** What a client claims to be its secret; nothing is checked but that it is of a sane length. */
  public static SessionToken presented(String text) {
    return new SessionToken(text.length() > MAX_CHARS ? text.substring(0, MAX_CHARS) : text);
  }

  /** The text for the client. Never log it. */
  public String reveal() {
    return secret;
  }

  /** The SHA-256 of the token: 32 bytes, the only form that is stored. */
  public byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Says nothing of the secret. */
  @Override
  public String toString() {
    return "SessionToken[hidden]";
  }
}
