package life.avai.server.doctor;

import static life.avai.server.doctor.Finding.note;
import static life.avai.server.doctor.Finding.ok;
import static life.avai.server.doctor.Finding.wrong;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import life.avai.server.auth.ClerkKeys;
import life.avai.server.settings.IdentitySettings;
import life.avai.server.settings.ServerSettings;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whether tokens can be believed: keys, issuer, time; and from which pages people may come. */
final class IdentityExamination implements Examination {
  private static final String SUBJECT = "sign-in";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What a token's times may be off, and a second for the header that tells no smaller part. */
  private static final Duration SKEW = Duration.ofSeconds(6);

  private static final int OK = 200;
  private static final JsonMapper JSON = new JsonMapper();

  private final ServerSettings settings;
  private final IdentitySettings identity;
  private final InstantSource clock;
  private final List<Finding> found = new ArrayList<>();

  IdentityExamination(ServerSettings settings, InstantSource clock) {
    this.settings = settings;
    this.identity = settings.identity();
    this.clock = clock;
  }

  @Override
  public List<Finding> look() {
    if (identity.isSignInConfigured()) {
      keys();
      parties();
    } else {
      found.add(
          note(
              SUBJECT,
              "none; everybody is anonymous",
              "set CLERK_PUBLISHABLE_KEY if people should sign in"));
    }
    origins();
    return found;
  }

  private void keys() {
    String pem = identity.publicKeyPem();
    if (pem != null) {
      given(pem);
      return;
    }
    URI url = identity.jwksUrl();
    if (url == null) {
      url = ClerkKeys.BACKEND_API;
    }
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      fetched(http, url);
      if (identity.issuer() != null) {
        issuer(http, identity.issuer());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void given(String pem) {
    try {
      var unused = ClerkKeys.given(pem);
      found.add(ok(SUBJECT, "the key in CLERK_JWT_KEY can be used"));
    } catch (IllegalArgumentException e) {
      found.add(
          wrong(
              SUBJECT,
              "CLERK_JWT_KEY is no RSA public key in PEM",
              "copy it whole from Clerk's dashboard (API keys, JWKS public key)"));
    }
  }

  private void fetched(HttpClient http, URI url) throws InterruptedException {
    String place = shown(url);
    HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(PATIENCE);
    if (identity.secretKey() != null && identity.jwksUrl() == null) {
      request.header("Authorization", "Bearer " + identity.secretKey());
    }
    HttpResponse<String> answer;
    try {
      answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      found.add(
          wrong(
              SUBJECT,
              "the keys at " + place + " cannot be had (" + e.getClass().getSimpleName() + ")",
              "is the name right, is there a way out of this network? CLERK_JWT_KEY needs none"));
      return;
    }
    if (answer.statusCode() != OK) {
      found.add(
          wrong(
              SUBJECT,
              "the keys at " + place + " are refused (status " + answer.statusCode() + ")",
              "correct CLERK_PUBLISHABLE_KEY, CLERK_ISSUER or CLERK_JWKS_URL, or"
                  + " CLERK_SECRET_KEY"));
      return;
    }
    int usable = rsaKeys(answer.body());
    found.add(
        usable == 0
            ? wrong(
                SUBJECT,
                "there is no RSA key at " + place,
                "the address of a JSON Web Key Set is wanted; see CLERK_JWKS_URL")
            : ok(SUBJECT, usable + " of the keys at " + place + " can be used"));
    answer.headers().firstValue("Date").ifPresent(this::compareClocks);
  }

  private static int rsaKeys(String body) {
    try {
      int usable = 0;
      for (JsonNode key : JSON.readTree(body).path("keys")) {
        if (key.path("kty").asString("").equals("RSA") && key.hasNonNull("n")) {
          usable++;
        }
      }
      return usable;
    } catch (JacksonException e) {
      return 0;
    }
  }

  /** Tokens live for a minute: a clock that is wrong refuses all of them. */
  private void compareClocks(String date) {
    try {
      Instant theirs = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration skew = Duration.between(theirs, clock.instant()).abs();
      String text = "the issuer's clock is " + skew.toSeconds() + " s from ours";
      found.add(
          skew.compareTo(SKEW) > 0
              ? wrong("clock", text, "keep this machine in time with NTP, or tokens are refused")
              : ok("clock", text));
    } catch (DateTimeException e) {
      // It tells no time.
    }
  }

  /** Whoever publishes what OpenID Connect wants says who he is. */
  private void issuer(HttpClient http, String issuer) throws InterruptedException {
    URI url = URI.create(issuer.replaceAll("/+$", "") + "/.well-known/openid-configuration");
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(url).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofString());
      String theirs =
          answer.statusCode() == OK ? JSON.readTree(answer.body()).path("issuer").asString("") : "";
      if (!theirs.isEmpty()) {
        found.add(
            theirs.equals(issuer)
                ? ok(SUBJECT, "the issuer is " + issuer)
                : wrong(
                    SUBJECT,
                    issuer + " calls itself " + theirs,
                    "set CLERK_ISSUER to that, to the letter"));
      }
    } catch (IOException | JacksonException e) {
      // Not everybody publishes it, and what matters was looked at before.
    }
  }

  private void parties() {
    if (identity.authorizedParties().isEmpty()) {
      found.add(
          note(
              SUBJECT,
              "only tokens made for pages of this machine are accepted",
              "set AVAI_ALLOWED_ORIGINS, or CLERK_AUTHORIZED_PARTIES, to where your pages are"));
    } else if (!identity.authorizedParties().containsAll(settings.allowedOrigins())) {
      found.add(
          note(
              SUBJECT,
              "not every origin in AVAI_ALLOWED_ORIGINS is in CLERK_AUTHORIZED_PARTIES",
              "whoever comes from another page can connect and not sign in"));
    }
  }

  private void origins() {
    if (settings.allowedOrigins().isEmpty()) {
      found.add(ok("origins", "the same host and localhost"));
      return;
    }
    for (String origin : settings.allowedOrigins()) {
      String problem = problem(URI.create(origin));
      found.add(
          problem == null
              ? ok("origins", origin)
              : note("origins", origin + " " + problem, "correct AVAI_ALLOWED_ORIGINS"));
    }
  }

  private @Nullable String problem(URI origin) {
    String host = String.valueOf(origin.getHost());
    boolean local = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    return settings.production() && !local && "http".equals(origin.getScheme())
        ? "is not https, and everybody on the way can read along"
        : null;
  }

  private static String shown(URI url) {
    return url.getScheme()
        + "://"
        + url.getHost()
        + (url.getPort() < 0 ? "" : ":" + url.getPort())
        + url.getPath();
  }
}
