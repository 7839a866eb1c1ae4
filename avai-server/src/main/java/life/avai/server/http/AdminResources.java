package life.avai.server.http;

import io.github.bucket4j.Bucket;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import life.avai.domain.StoreUnavailableException;
import life.avai.persistence.Analytics;
import life.avai.server.admin.AdminPage;
import life.avai.server.http.HttpResources.Answer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /admin}: what operators see, who show a token, as a bearer or as the password that a
 * browser asks for.
 *
 * <p>Safe for use by many threads at once; blocks on the store.
 */
public final class AdminResources {
  private static final System.Logger LOG = System.getLogger(AdminResources.class.getName());
  private static final int DAYS = 30;

  /** Wrong tokens at once, and then one in so long; from whomever, because there is one token. */
  private static final int GUESSES = 10;

  private static final Duration BETWEEN_GUESSES = Duration.ofSeconds(10);

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final byte[] tokenDigest;
  private final Function<LocalDate, Analytics.Report> analytics;
  private final InstantSource clock;
  private final Bucket guesses =
      Bucket.builder()
          .addLimit(limit -> limit.capacity(GUESSES).refillGreedy(1, BETWEEN_GUESSES))
          .build();

  /** Made once for a server. */
  public AdminResources(
      String token, Function<LocalDate, Analytics.Report> analytics, InstantSource clock) {
    this.tokenDigest = digest(token);
    this.analytics = analytics;
    this.clock = clock;
  }

  Answer answer(String path, @Nullable String authorization) {
    if (guesses.getAvailableTokens() == 0) {
      return refusal(
          HttpResponseStatus.TOO_MANY_REQUESTS,
          "too many wrong tokens",
          Map.of("Retry-After", Long.toString(BETWEEN_GUESSES.toSeconds())));
    }
    if (authorization == null || !isOurs(authorization)) {
      if (authorization != null) {
        boolean unused = guesses.tryConsume(1);
        LOG.log(System.Logger.Level.WARNING, "a wrong token was shown for {0}", path);
      }
      return refusal(
          HttpResponseStatus.UNAUTHORIZED,
          "the operators' token is wanted",
          Map.of("WWW-Authenticate", "Basic realm=\"AVAI\", charset=\"UTF-8\""));
    }
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    try {
      Analytics.Report report = analytics.apply(today.minusDays(DAYS - 1L));
      return path.equals("/admin")
          ? new Answer(
              HttpResponseStatus.OK,
              "text/html; charset=utf-8",
              AdminPage.of(report, today).getBytes(StandardCharsets.UTF_8),
              Map.of("Content-Security-Policy", AdminPage.CONTENT_SECURITY_POLICY))
          : new Answer(
              HttpResponseStatus.OK,
              "application/json; charset=utf-8",
              JSON.writeValueAsBytes(report),
              Map.of());
    } catch (StoreUnavailableException e) {
      return refusal(
          HttpResponseStatus.SERVICE_UNAVAILABLE, "the store cannot be reached", Map.of());
    }
  }

  private static Answer refusal(
      HttpResponseStatus status, String reason, Map<String, String> headers) {
    Answer plain = Answer.error(status, reason);
    return new Answer(plain.status(), plain.contentType(), plain.body(), headers);
  }

  /** Compared by digests, whose comparison takes as long whatever is in them. */
  private boolean isOurs(String authorization) {
    String[] parts = authorization.strip().split(" +", 2);
    if (parts.length < 2) {
      return false;
    }
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "bearer" -> MessageDigest.isEqual(tokenDigest, digest(parts[1]));
      case "basic" -> MessageDigest.isEqual(tokenDigest, digest(password(parts[1])));
      default -> false;
    };
  }

  private static String password(String credentials) {
    try {
      String pair =
          new String(Base64.getDecoder().decode(credentials.strip()), StandardCharsets.UTF_8);
      return pair.substring(pair.indexOf(':') + 1);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
