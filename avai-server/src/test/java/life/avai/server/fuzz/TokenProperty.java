package life.avai.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.domain.identity.CredentialVerifier.Verification;
import life.avai.server.auth.ClerkCredentialVerifier;
import life.avai.server.auth.ClerkKeys;
import life.avai.testkit.identity.FakeIssuer;

/**
 * A token is believed when its issuer has signed just that, and never else; whatever it is, it is
 * judged without an exception.
 *
 * <p>Inputs are changes of one good token: {@code GOOD} in an input stands for it, and {@code
 * HEADER}, {@code CLAIMS} and {@code SIGNATURE} for its parts.
 */
final class TokenProperty implements Property {
  private final FakeIssuer issuer = FakeIssuer.start();
  private final CredentialVerifier verifier =
      new ClerkCredentialVerifier(
          ClerkKeys.given(issuer.publicKeyPem()), issuer.issuer(), Set.of());
  private final String good = issuer.token("user_1").expiresIn(Duration.ofHours(12)).sign();
  private final String[] parts = good.split("\\.", -1);

  @Override
  public void check(String input) {
    String token =
        input
            .replace("GOOD", good)
            .replace("HEADER", parts[0])
            .replace("CLAIMS", parts[1])
            .replace("SIGNATURE", parts[2]);
    switch (verifier.verify(token)) {
      case Verification.Verified verified -> {
        // Base64 can write the same in several ways; what was signed is the text as it stands.
        assertThat(token).startsWith(parts[0] + "." + parts[1] + ".");
        assertThat(verified.identity().subject()).isEqualTo("user_1");
      }
      case Verification.Rejected(var reason) ->
          assertThat(reason).isNotBlank().hasSizeLessThan(100).doesNotContain("xception");
      case Verification.Undecided undecided -> throw new AssertionError(undecided);
    }
  }

  @Override
  public void close() {
    issuer.close();
  }
}
