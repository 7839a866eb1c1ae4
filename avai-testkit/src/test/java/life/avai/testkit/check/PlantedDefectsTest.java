package life.avai.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.ThreadRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.check.Story.Sent;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each property is broken in every way that its check knows, and it alone is reported. */
class PlantedDefectsTest {
  private static final String SECRET = "blue harbour";

  private final Story story = new Story();
  private Sent first = new Sent("", "", "", 0);
  private Sent second = first;

  @BeforeEach
  void tell() {
    story.arrives(1, "ann");
    story.arrives(2, "bob");
    story.arrives(3, "ann");
    story.notes(Kind.SECRET, "user", "ann", "text", SECRET);
    first = story.says(1, "t1", "the " + SECRET, "c1");
    story.isAnswered(1, first, "First answer");
    second = story.says(1, "t1", "second question", null);
    story.isAnswered(1, second, "Second answer");
    story.isAnswered(2, story.says(2, "t2", "bob asks", null), "Bob's answer");
    story.settles(1);
    story.settles(2);
    assertThat(Checker.standard().check(story.recording())).isEmpty();
  }

  private void assertBroken(Property property) {
    assertBroken(property, UnaryOperator.identity());
  }

  private void assertBroken(Property property, UnaryOperator<Database> change) {
    List<Violation> violations = Checker.standard().check(story.recording(change));
    assertThat(violations).isNotEmpty();
    assertThat(violations).as("%s", violations).allMatch(v -> v.property() == property);
    assertThat(violations.toString()).doesNotContain(SECRET);
  }

  private Sent failed(Sent sent) {
    story.ends(sent, "failed", 1, null, "TIMEOUT");
    return sent;
  }

  @Test
  void p1_storedOtherwiseThanSent() {
    story.alter(
        event -> event.kind() == Kind.SENT && event.frame().has("content"),
        frame -> frame.with("content", "something else"));
    assertBroken(Property.DURABLE);
  }

  @Test
  void p1_storedInAnotherPlaceThanAcknowledged() {
    story.alter("message_sent", frame -> frame.with("position", 7));
    assertBroken(Property.DURABLE);
  }

  @Test
  void p1_acknowledgedAndNotStored() {
    story.acknowledges(3, story.sends(3, "t1", "gone", null), new Sent("m", "r", "t1", 5), false);
    assertBroken(Property.DURABLE);
  }

  @Test
  void p2_neverSent() {
    failed(story.keeps("ann", "t1", "never sent", "c9"));
    assertBroken(Property.NO_PHANTOMS);
  }

  @Test
  void p2_refusedAndStored() {
    String id = story.sends(3, "t1", "refused", "c9");
    story.sees(3, "type", "error", "in_reply_to", id, "code", "RATE_LIMITED");
    failed(story.keeps("ann", "t1", "refused", "c9"));
    assertBroken(Property.NO_PHANTOMS);
  }

  @Test
  void p2_sentOnceAndStoredTwice() {
    story.sends(3, "t1", "twice", null);
    story.breaks(3);
    failed(story.keeps("ann", "t1", "twice", null));
    failed(story.keeps("ann", "t1", "twice", null));
    assertBroken(Property.NO_PHANTOMS);
  }

  @Test
  void p3_twoMessagesOfOneName() {
    failed(story.says(3, "t1", "the " + SECRET, "c1"));
    assertBroken(Property.IDEMPOTENT);
  }

  @Test
  void p3_otherContentAcknowledged() {
    story.acknowledges(3, story.sends(3, "t1", "other content", "c1"), first, true);
    assertBroken(Property.IDEMPOTENT);
  }

  @Test
  void p3_repeatWithAnotherTurn() {
    Sent other = new Sent(first.message(), second.turn(), "t1", first.position());
    story.alter("message_sent", frame -> frame.with("request_id", first.turn()));
    String id = story.sends(3, "t1", "the " + SECRET, "c1");
    story.acknowledges(3, id, other, true);
    List<Violation> violations = Checker.standard().check(story.recording());
    assertThat(violations).anyMatch(v -> v.property() == Property.IDEMPOTENT);
  }

  @Test
  void p4_turnNeverEnds() {
    story.says(3, "t1", "anybody?", null);
    assertBroken(Property.TOTAL);
  }

  @Test
  void p4_messageWithoutTurn() {
    Sent sent = failed(story.says(3, "t1", "anybody?", null));
    story.turn(sent.turn(), row -> null);
    assertBroken(Property.TOTAL);
  }

  @Test
  void p4_turnThatNobodyAskedFor() {
    story.turn(
        first.turn(),
        row ->
            new TurnRow(
                "r99",
                row.thread(),
                row.message(),
                "failed",
                1,
                null,
                "TIMEOUT",
                -1,
                null,
                row.createdAt()));
    assertBroken(Property.TOTAL);
  }

  @Test
  void p4_outcomeChanges() {
    Sent sent = failed(story.says(3, "t1", "anybody?", null));
    story.snapshot();
    story.completes(sent, 1, "I am");
    assertBroken(Property.TOTAL);
  }

  @Test
  void p5_completedWithoutReply() {
    story.ends(story.says(3, "t1", "and?", null), "completed", 1, null, null);
    assertBroken(Property.ONE_REPLY);
  }

  @Test
  void p5_failedWithReply() {
    Sent sent = story.says(3, "t1", "and?", null);
    story.completes(sent, 1, "No");
    story.ends(sent, "failed", 1, "a" + sent.turn(), "TIMEOUT");
    assertBroken(Property.ONE_REPLY);
  }

  @Test
  void p5_replyOfNoTurn() {
    Sent sent = story.says(3, "t1", "and?", null);
    story.completes(sent, 1, "No");
    failed(sent);
    assertBroken(Property.ONE_REPLY);
  }

  @Test
  void p5_earlierReplyStillCounts() {
    Sent again = story.regenerates(1, second);
    story.isAnswered(1, again, "Another answer");
    story.message("a" + second.turn(), row -> superseded(row, null));
    assertBroken(Property.ONE_REPLY);
  }

  private static MessageRow superseded(MessageRow row, @Nullable Instant at) {
    return new MessageRow(
        row.id(),
        row.thread(),
        row.position(),
        row.role(),
        row.author(),
        row.content(),
        row.clientId(),
        row.replyTo(),
        at,
        row.createdAt());
  }

  @Test
  void p6_anotherTextShown() {
    story.shows(3, first);
    story.alter(
        event -> event.peer() == 3 && event.frame().type().equals("ai_response"),
        frame -> frame.with("content", "another text"));
    assertBroken(Property.SEEN_IS_STORED);
  }

  @Test
  void p6_anotherOutcomeShown() {
    story.sees(
        3, "type", "ai_error", "thread_id", "t1", "request_id", first.turn(), "code", "TIMEOUT");
    assertBroken(Property.SEEN_IS_STORED);
  }

  @Test
  void p6_historyThatIsNotStored() {
    JsonObject ghost = JsonObject.of("id", "m99", "position", 9, "content", "boo");
    story.sees(3, "type", "thread_history", "thread_id", "t1", "messages", List.of(ghost));
    assertBroken(Property.SEEN_IS_STORED);
  }

  @Test
  void p7_gapInThePositions() {
    story.sends(3, "t1", "unknown", "c9");
    story.breaks(3);
    Sent sent = failed(story.keeps("ann", "t1", "unknown", "c9"));
    story.message(
        sent.message(),
        row ->
            new MessageRow(
                row.id(),
                row.thread(),
                99,
                row.role(),
                row.author(),
                row.content(),
                row.clientId(),
                null,
                null,
                row.createdAt()));
    assertBroken(Property.ORDERED);
  }

  @Test
  void p7_storedBeforeWhatWasAcknowledgedBefore() {
    String early = story.sends(1, "t1", "early", null);
    Sent late = failed(story.keeps("ann", "t1", "late", null));
    story.acknowledges(1, early, failed(story.keeps("ann", "t1", "early", null)), false);
    story.acknowledges(3, story.sends(3, "t1", "late", null), late, false);
    assertBroken(Property.ORDERED);
  }

  @Test
  void p7_pipelinedAndStoredInAnotherOrder() {
    String one = story.sends(1, "t1", "one", null);
    String two = story.sends(1, "t1", "two", null);
    Sent second = failed(story.keeps("ann", "t1", "two", null));
    Sent first = failed(story.keeps("ann", "t1", "one", null));
    story.acknowledges(1, one, first, false);
    story.acknowledges(1, two, second, false);
    assertBroken(Property.ORDERED);
  }

  @Test
  void p8_replyLeftOutOfTheContext() {
    story.alter(
        event ->
            second.turn().equals(event.frame().get("request_id")) && event.kind() == Kind.ASKED,
        frame ->
            frame.with(
                "messages",
                List.of(
                    frame.objects("messages").getFirst(), frame.objects("messages").getLast())));
    assertBroken(Property.CAUSAL);
  }

  @Test
  void p8_supersededReplyInTheContext() {
    Sent again = story.regenerates(1, second);
    story.isAnswered(1, again, "Another answer");
    Sent third = story.says(1, "t1", "third question", null);
    story.isAnswered(1, third, "Third answer");
    story.alter(
        event -> third.turn().equals(event.frame().get("request_id")) && event.kind() == Kind.ASKED,
        frame ->
            frame.with(
                "messages",
                frame.objects("messages").stream()
                    .map(message ->
                        "Another answer".equals(message.get("content"))
                            ? message.with("content", "Second answer")
                            : message)
                    .toList()));
    assertBroken(Property.CAUSAL);
  }

  @Test
  void p8_otherQuestionAsked() {
    story.alter(
        event -> event.kind() == Kind.ASKED,
        frame ->
            frame.with(
                "messages", List.of(JsonObject.of("role", "user", "content", "second question"))));
    assertBroken(Property.CAUSAL);
  }

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
      assertThat(PlantedDefectsTest.class.getDeclaredMethods())
          .anyMatch(method ->
              method.getName().startsWith(property.label().toLowerCase(Locale.ROOT) + "_"));
    }
  }
}
