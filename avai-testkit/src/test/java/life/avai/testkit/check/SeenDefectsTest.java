package life.avai.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import life.avai.testkit.check.Database.ThreadRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.check.Story.Sent;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Defects in what is seen (P9 to P16): the property that they break is reported, and it alone. */
class SeenDefectsTest extends PlantedDefects {
  @Test
  void p9_textReachesAnother() {
    story.sees(2, "type", "user_typing", "thread_id", "t2", "note", "in the " + SECRET + " too");
    assertBroken(Property.ISOLATED);
  }

  @Test
  void p9_threadReachesAnother() {
    story.sees(2, "type", "user_typing", "thread_id", "t1", "is_typing", true);
    assertBroken(Property.ISOLATED);
  }

  @Test
  void p9_textInALog() {
    story.notes(Kind.LOGGED, "text", "WARN could not store \"the " + SECRET + "\"");
    assertBroken(Property.ISOLATED);
  }

  @Test
  void p9_canisterAskedInAnothersName() {
    story.alter(event -> event.kind() == Kind.ASKED, frame -> frame.with("user_id", "sub-bob"));
    assertBroken(Property.ISOLATED);
  }

  @Test
  void p9_textInWhatACanisterIsAskedForAnother() {
    story.alter(
        event -> "t2".equals(event.frame().get("conversation_id")),
        frame -> frame.with("system_prompt", "Mind the " + SECRET));
    assertBroken(Property.ISOLATED);
  }

  @Test
  void p10_countThatIsNotTheRows() {
    assertBroken(Property.COUNTED, rows -> threads(rows, 1, Instant.EPOCH));
  }

  @Test
  void p10_lastMessageThatIsNotTheNewest() {
    assertBroken(Property.COUNTED, rows -> threads(rows, 0, Instant.EPOCH));
  }

  private static Database threads(Database rows, int more, Instant last) {
    return new Database(
        rows.users(),
        rows.threads().stream()
            .map(row ->
                new ThreadRow(
                    row.id(),
                    row.owner(),
                    row.count() + more,
                    more == 0 ? last : row.lastMessageAt()))
            .toList(),
        rows.messages(),
        rows.turns());
  }

  @Test
  void p10_moreThanTheLimit() {
    Checker strict = Checker.standard().limit("free", new RateLimit(60, 2));
    assertThat(strict.check(story.recording())).isEmpty();
    failed(story.says(3, "t1", "third", null));
    assertThat(strict.check(story.recording()))
        .hasSize(1)
        .allMatch(v -> v.property() == Property.COUNTED);
    // A second makes room for one more, whenever it was accepted.
    story.pass(1_000);
    failed(story.says(3, "t1", "fourth", null));
    Checker wider = Checker.standard().limit("free", new RateLimit(60, 3));
    assertThat(wider.check(story.recording())).isEmpty();
  }

  @Test
  void p11_gap() {
    story.alter(
        event -> Objects.equals(event.frame().get("offset"), 3L), frame -> frame.with("offset", 4));
    assertBroken(Property.GAPLESS);
  }

  @Test
  void p11_deltasThatAreNotTheText() {
    story.alter("ai_response_delta", frame -> frame.with("delta", "Fur"));
    assertBroken(Property.GAPLESS);
  }

  @Test
  void p11_deltaAfterTheOutcome() {
    story.streams(1, second, 1, 13, "!");
    assertBroken(Property.GAPLESS);
  }

  @Test
  void p11_secondOutcome() {
    story.shows(1, second);
    assertBroken(Property.GAPLESS);
  }

  @Test
  void p11_earlierAttempt() {
    Sent sent = story.says(1, "t1", "go on", null);
    story.streams(1, sent, 2, 0, "Two");
    story.streams(1, sent, 1, 0, "One");
    story.completes(sent, 2, "Two");
    assertBroken(Property.GAPLESS);
  }

  @Test
  void p11_splitCharacter() {
    Sent sent = story.says(1, "t1", "go on", null);
    story.streams(1, sent, 1, 0, "\ud83d");
    story.streams(1, sent, 1, 1, "\ude00");
    story.completes(sent, 1, "\ud83d\ude00");
    assertBroken(Property.GAPLESS);
  }

  @Test
  void p11_resumedInAnotherPlace() {
    Sent sent = story.says(1, "t1", "go on", null);
    JsonObject reply = JsonObject.of("message_id", "a" + sent.turn(), "attempt", 1, "offset", 5);
    String id = story.asks(3, "subscribe", "thread_id", "t1", "reply", reply);
    JsonObject running =
        JsonObject.of("request_id", sent.turn(), "message_id", "a" + sent.turn(), "attempt", 1);
    story.sees(3, "type", "subscribed", "in_reply_to", id, "thread_id", "t1", "running", running);
    story.streams(3, sent, 1, 7, "sea");
    story.completes(sent, 1, "By the sea");
    assertBroken(Property.GAPLESS);
  }

  @Test
  void p12_gaugeThatDoesNotComeBack() {
    story.notes(Kind.GAUGE, "name", "open_sockets", "baseline", 2, "value", 5, "allowance", 1);
    assertBroken(Property.RECOVERING);
  }

  @Test
  void p12_nothingIsAcknowledgedAgain() {
    story.notes(Kind.RECOVERED);
    String id = story.sends(3, "t1", "back?", "c9");
    story.sees(3, "type", "error", "in_reply_to", id, "code", "STORE_UNAVAILABLE");
    assertBroken(Property.RECOVERING);
  }

  @Test
  void p12_failsLongAfterTheLastFault() {
    story.notes(Kind.RECOVERED);
    failed(story.says(3, "t1", "back", null));
    story.pass(60_000);
    String id = story.sends(3, "t1", "back?", "c9");
    story.sees(3, "type", "error", "in_reply_to", id, "code", "STORE_UNAVAILABLE");
    assertBroken(Property.RECOVERING);
  }

  @Test
  void p13_dataBeforeAuthentication() {
    story.sees(9, "type", "message_added", "message", JsonObject.empty(), "note", SECRET);
    assertBroken(Property.AUTHENTICATED);
  }

  @Test
  void p13_dataAfterTheEndOfTheToken() {
    story.alter("auth_success", frame -> frame.with("expires_at", story.now().toString()));
    story.pass(60_000);
    story.sees(1, "type", "user_typing", "thread_id", "t1", "is_typing", true);
    assertBroken(Property.AUTHENTICATED);
  }

  @Test
  void p13_anothersToken() {
    planted(JsonObject.of("sub", "sub-bob"));
    assertBroken(Property.AUTHENTICATED);
  }

  @Test
  void p13_endedToken() {
    planted(JsonObject.of("sub", "sub-ann", "exp", 1_000_000));
    assertBroken(Property.AUTHENTICATED);
  }

  private void planted(JsonObject claims) {
    String payload =
        Base64.getUrlEncoder().encodeToString(claims.toString().getBytes(StandardCharsets.UTF_8));
    story.alter("authenticate", frame -> frame.with("token", "e30." + payload + ".x"));
  }

  @Test
  void p14_answeredTwice() {
    Object id = "q1";
    story.sees(1, "type", "pong", "in_reply_to", id);
    assertBroken(Property.HONEST);
  }

  @Test
  void p14_notAnswered() {
    story.asks(1, "cancel", "thread_id", "t1");
    story.settles(1);
    assertBroken(Property.HONEST);
  }

  @Test
  void p14_answerToNothing() {
    story.sees(1, "type", "pong", "in_reply_to", "never");
    assertBroken(Property.HONEST);
  }

  @Test
  void p14_repeatRefused() {
    String id = story.sends(3, "t1", "the " + SECRET, "c1");
    story.sees(3, "type", "error", "in_reply_to", id, "code", "IDEMPOTENCY_CONFLICT");
    assertBroken(Property.HONEST);
  }

  @Test
  void p15_typingAtTheOutcome() {
    story.alter(
        event -> Boolean.FALSE.equals(event.frame().get("is_typing")),
        frame -> JsonObject.of("type", "pong"));
    assertBroken(Property.TYPING_ENDS);
  }

  @Test
  void p15_typingForEver() {
    Sent sent = story.says(1, "t1", "go on", null);
    story.types(1, sent, true);
    story.types(3, sent, true);
    story.completes(sent, 1, "On");
    story.types(1, sent, false);
    story.shows(1, sent);
    story.settles(3);
    assertBroken(Property.TYPING_ENDS);
  }

  @Test
  void p15_typingAfterTheOutcome() {
    story.types(1, second, true);
    story.types(1, second, false);
    assertBroken(Property.TYPING_ENDS);
  }

  @Test
  void p16_storedAtAnEarlierAttempt() {
    story.isAsked(second, 2);
    assertBroken(Property.FENCED);
  }

  @Test
  void p16_replyOfAnEarlierAttempt() {
    Sent sent = story.says(1, "t1", "go on", null);
    story.isAsked(sent, 1);
    story.isAsked(sent, 2);
    story.answers(sent, 1, "Old");
    story.answers(sent, 2, "New");
    story.completes(sent, 2, "Old");
    assertBroken(Property.FENCED);
  }

  @Test
  void p16_attemptWithTwoOwners() {
    Sent sent = story.says(1, "t1", "go on", null);
    story.turn(
        sent.turn(),
        row ->
            new TurnRow(
                row.id(),
                row.thread(),
                row.message(),
                "running",
                1,
                null,
                null,
                0,
                "s9",
                row.createdAt()));
    story.snapshot();
    story.completes(sent, 1, "On");
    assertBroken(Property.FENCED);
  }

  @Test
  void p16_attemptThatGoesBack() {
    Sent sent = story.says(1, "t1", "go on", null);
    story.ends(sent, "running", 3, null, null);
    story.snapshot();
    story.completes(sent, 1, "On");
    assertBroken(Property.FENCED);
  }

  @Test
  void everyProperty_isBrokenHere() {
    for (Property property : Property.values()) {
      assertThat(
              Stream.of(StoredDefectsTest.class, SeenDefectsTest.class)
                  .flatMap(tests -> Arrays.stream(tests.getDeclaredMethods())))
          .anyMatch(method ->
              method.getName().startsWith(property.label().toLowerCase(Locale.ROOT) + "_"));
    }
  }
}
