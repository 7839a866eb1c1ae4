package life.avai.testkit.identity;

/** The ways in which a token can be one that nobody should accept. */
public enum Forgery {
  /** Says {@code alg: none} and has no signature. */
  ALG_NONE,
  /** Signed with HS256, with the text of the public key as the secret. */
  HS256_WITH_PUBLIC_KEY,
  /** Signed by a stranger, with a {@code kid} that the issuer does not publish. */
  UNKNOWN_KEY_ID,
  /** Signed by a stranger, with the {@code kid} of the issuer's key. */
  STRANGERS_KEY,
  /** Signed by a stranger, whose key is in the header as {@code jwk}. */
  EMBEDDED_KEY,
  /** The issuer's own token with other claims under its signature. */
  CHANGED_CLAIMS,
  /** The issuer's own token with an empty signature. */
  NO_SIGNATURE,
  /** Ended an hour ago. */
  EXPIRED,
  /** Begins in an hour. */
  NOT_YET_VALID,
  /** Has no {@code exp}. */
  WITHOUT_EXPIRY,
  /** Has no {@code sub}. */
  WITHOUT_SUBJECT,
  /** Properly signed, but {@code iss} is another. */
  FOREIGN_ISSUER,
  /** Properly signed, but {@code azp} is {@code https://evil.example}. */
  FOREIGN_PARTY,
  /** Claims that are no JSON, properly signed. */
  MALFORMED_CLAIMS,
  /** No token at all. */
  GARBAGE
}
