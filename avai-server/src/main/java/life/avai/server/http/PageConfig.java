package life.avai.server.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the chat page must know of this server. Everybody sees it: it has nothing secret.
 *
 * @param anonymous {@code allowed}, {@code denied} or {@code only}
 * @param signIn how people sign in; null when they cannot
 */
public record PageConfig(String version, String anonymous, @Nullable SignIn signIn) {

  /**
   * Clerk's side of the page.
   *
   * @param frontendApi the origin that the publishable key names
   */
  public record SignIn(String publishableKey, String frontendApi) {}

  Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("version", version);
    fields.put("anonymous", anonymous);
    if (signIn != null) {
      fields.put(
          "sign_in",
          Map.of("publishable_key", signIn.publishableKey(), "frontend_api", signIn.frontendApi()));
    }
    return fields;
  }

  /**
   * What the page may load and talk to: itself, and Clerk where it is configured. Clerk's script
   * makes elements of its own, so only a page without it lets the browser refuse markup from text.
   */
  String contentSecurityPolicy() {
    String clerk = signIn == null ? "" : " " + signIn.frontendApi();
    return "default-src 'none'; script-src 'self'"
        + clerk
        + "; style-src 'self'; img-src 'self'; connect-src 'self'"
        + clerk
        + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        + (signIn == null ? "; require-trusted-types-for 'script'; trusted-types dompurify" : "");
  }
}
