package life.avai.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.check.Story.Sent;
import life.avai.testkit.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Defects in what is stored (P1 to P8): the property that they break is reported, and it alone. */
class StoredDefectsTest extends PlantedDefects {
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
}
