package life.avai.testkit.check;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import life.avai.testkit.check.Connection.Seen;
import life.avai.testkit.check.Database.UserRow;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonException;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * P13: a connection gets data only while it is authenticated, and as the user whom its credential
 * names. (That they are not somebody else's, P9 tells.)
 *
 * <p>After the end of a token there are 5 s for clocks that differ and 10 s to renew; 5 s more are
 * allowed for what was on the way. Whether a token's signature was good does not show: that needs
 * the issuer.
 */
final class Authenticated implements Check {
  /** What anybody may be sent. */
  private static final Set<String> PUBLIC =
      Set.of(
          "welcome",
          "auth_success",
          "error",
          "pong",
          "heartbeat_ack",
          "ai_status",
          "server_shutdown");

  private static final Duration AFTER_END = Duration.ofSeconds(20);
  private static final Duration CLOCKS = Duration.ofSeconds(10);

  @Override
  public void check(Observations run, Report report) {
    Map<String, String> sessions = new HashMap<>();
    for (Connection connection : run.connections()) {
      for (Seen seen : connection.frames()) {
        JsonObject frame = seen.event().frame();
        if (frame.type().equals("auth_success")) {
          credential(run, seen, sessions, report);
        } else if (!PUBLIC.contains(frame.type())) {
          data(seen, report);
        }
      }
    }
  }

  private static void data(Seen seen, Report report) {
    Event event = seen.event();
    if (seen.user() == null) {
      report.add("data reached a connection that is nobody's", event);
    } else if (seen.expires() != null && event.at().isAfter(seen.expires().plus(AFTER_END))) {
      report.add("data reached a connection whose token had ended", "user " + seen.user(), event);
    }
  }

  private static void credential(
      Observations run, Seen seen, Map<String, String> sessions, Report report) {
    String user = seen.user();
    JsonObject frame = seen.event().frame();
    String handedOut = Frames.text(frame, "session_token");
    if (user == null) {
      return;
    }
    if (handedOut != null) {
      String first = sessions.putIfAbsent(handedOut, user);
      if (first != null && !first.equals(user)) {
        report.add("a session token became another user's", "user " + user, seen.event());
      }
    }
    JsonObject claims =
        seen.request() == null ? null : claims(Frames.text(seen.request().frame(), "token"));
    if (claims == null) {
      return;
    }
    UserRow row = run.userRow(user);
    if (row != null && !Objects.equals(claims.get("sub"), row.subject())) {
      report.add("a token was taken for another user's", "user " + user, seen.event());
    }
    Long ends = Frames.number(claims, "exp");
    if (ends != null && seen.event().at().minus(CLOCKS).getEpochSecond() > ends) {
      report.add("a token that had ended was accepted", "user " + user, seen.event());
    }
  }

  /** What a JSON Web Token says; null if it is none. */
  private static @Nullable JsonObject claims(@Nullable String token) {
    String[] parts = token == null ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      byte[] json = Base64.getUrlDecoder().decode(parts[1]);
      return Json.parseObject(new String(json, StandardCharsets.UTF_8));
    } catch (JsonException | IllegalArgumentException e) {
      return null;
    }
  }
}
