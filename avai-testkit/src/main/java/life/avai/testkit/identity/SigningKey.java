package life.avai.testkit.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import life.avai.testkit.json.JsonObject;

/** An RSA key with its id, and what tokens need of it. */
record SigningKey(String id, KeyPair pair) {
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  static SigningKey generate(String id) {
    try {
      var generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return new SigningKey(id, generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** The public half as a JSON Web Key (RFC 7517). */
  JsonObject jwk() {
    var key = (RSAPublicKey) pair.getPublic();
    return JsonObject.of(
        "kty",
        "RSA",
        "use",
        "sig",
        "alg",
        "RS256",
        "kid",
        id,
        "n",
        number(key.getModulus()),
        "e",
        number(key.getPublicExponent()));
  }

  /** The public half as PEM. */
  String pem() {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return "-----BEGIN PUBLIC KEY-----\n"
        + lines.encodeToString(pair.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  /** A token in compact form (RFC 7515), signed with RS256 whatever its header says. */
  String sign(JsonObject header, JsonObject claims) {
    try {
      String input = signingInput(header, claims);
      var signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(pair.getPrivate());
      signature.update(input.getBytes(US_ASCII));
      return input + "." + URL.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** A token signed with HS256, the text of the public key as the secret. */
  String signWithPublicKey(JsonObject header, JsonObject claims) {
    try {
      String input = signingInput(header, claims);
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(pem().getBytes(US_ASCII), "HmacSHA256"));
      return input + "." + URL.encodeToString(mac.doFinal(input.getBytes(US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String signingInput(JsonObject header, JsonObject claims) {
    return encode(header.toString()) + "." + encode(claims.toString());
  }

  static String encode(String text) {
    return URL.encodeToString(text.getBytes(UTF_8));
  }

  private static String number(BigInteger number) {
    byte[] bytes = number.toByteArray();
    // A leading zero is the sign, which a JWK leaves out.
    return URL.encodeToString(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }
}
