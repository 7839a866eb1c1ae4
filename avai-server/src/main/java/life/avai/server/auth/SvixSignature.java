package life.avai.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a webhook comes from who shares a secret with us, by the scheme of Svix, which
 * Clerk uses: HMAC-SHA256 over id, time and body.
 *
 * <p>Safe for use by many threads at once.
 */
public final class SvixSignature {
  private static final String PREFIX = "whsec_";
  private static final String VERSION = "v1,";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int LEAST_BYTES = 16;
  private static final int MAX_ID = 256;

  /** More are there only while a secret is replaced by another, and then two. */
  private static final int MAX_SIGNATURES = 8;

  /** How far a webhook's time may be from ours: an older one may be somebody's recording. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final SecretKeySpec key;

  /**
   * Made once for a secret.
   *
   * @param secret {@code whsec_} and at least 16 bytes in Base64
   * @throws IllegalArgumentException when it is none
   */
  public SvixSignature(String secret) {
    if (!secret.startsWith(PREFIX)) {
      throw new IllegalArgumentException("secret: (expected: whsec_...)");
    }
    byte[] bytes = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    if (bytes.length < LEAST_BYTES) {
      throw new IllegalArgumentException("secret: (expected: at least 16 bytes)");
    }
    key = new SecretKeySpec(bytes, ALGORITHM);
  }

  /**
   * Whether one of the signatures is right and the time is near.
   *
   * @param id of the webhook, as its header says
   * @param timestamp in seconds, as its header says
   * @param signatures one or more, separated by spaces
   */
  public boolean isGood(
      @Nullable String id,
      @Nullable String timestamp,
      @Nullable String signatures,
      byte[] body,
      Instant now) {
    if (id == null || timestamp == null || signatures == null) {
      return false;
    }
    if (id.isEmpty() || id.length() > MAX_ID || !timestamp.matches("[0-9]{1,12}")) {
      return false;
    }
    Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
    if (Duration.between(sent, now).abs().compareTo(TOLERANCE) > 0) {
      return false;
    }
    byte[] expected = sign(id + '.' + timestamp + '.', body);
    boolean good = false;
    String[] all = signatures.split(" ", MAX_SIGNATURES + 1);
    for (int i = 0; i < Math.min(all.length, MAX_SIGNATURES); i++) {
      good |= all[i].startsWith(VERSION) && isSame(expected, all[i].substring(VERSION.length()));
    }
    return good;
  }

  /** In a time that does not depend on how much of it is right. */
  private static boolean isSame(byte[] expected, String signature) {
    try {
      return MessageDigest.isEqual(expected, Base64.getDecoder().decode(signature));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private byte[] sign(String head, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(head.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has " + ALGORITHM, e);
    }
  }
}
