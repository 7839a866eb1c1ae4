package life.avai.testkit.check;

import java.util.List;
import java.util.stream.Stream;
import life.avai.testkit.check.Database.MessageRow;
import life.avai.testkit.check.Database.TurnRow;
import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.check.Story.Sent;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** Defects that break several properties at once: each of them is told in its own words. */
class CascadingDefectsTest extends PlantedDefects {
  private static MessageRow moved(MessageRow row, String id, String thread, long position) {
    return new MessageRow(
        id,
        thread,
        position,
        row.role(),
        row.author(),
        row.content(),
        row.clientId(),
        row.replyTo(),
        row.supersededAt(),
        row.createdAt());
  }

  private static TurnRow replied(TurnRow row, String reply) {
    return new TurnRow(
        row.id(),
        row.thread(),
        row.message(),
        row.state(),
        row.attempt(),
        reply,
        row.code(),
        row.revision(),
        row.owner(),
        row.createdAt());
  }

  @Test
  void messageStoredTwice() {
    MessageRow row = story.row(first.message());
    assertReported(
        Property.DURABLE,
        "is stored twice",
        rows ->
            new Database(
                rows.users(),
                rows.threads(),
                Stream.concat(rows.messages().stream(), Stream.of(row)).toList(),
                rows.turns()));
  }

  @Test
  void messageInAnotherThread() {
    story.message(first.message(), row -> moved(row, row.id(), "t2", row.position()));
    assertReported(Property.DURABLE, "in another thread");
  }

  @Test
  void messageOfSomebodyElse() {
    story.message(
        first.message(),
        row ->
            new MessageRow(
                row.id(),
                row.thread(),
                row.position(),
                row.role(),
                "bob",
                row.content(),
                row.clientId(),
                null,
                null,
                row.createdAt()));
    assertReported(Property.DURABLE, "as somebody else's");
  }

  @Test
  void clientIdWithTwoRows() {
    failed(story.keeps("ann", "t1", "unacknowledged", "c1"));
    assertReported(Property.IDEMPOTENT, "two messages");
  }

  @Test
  void repeatInAnotherThread() {
    String id = story.sends(1, "t2", "the " + SECRET, "c1");
    story.acknowledges(1, id, first, true);
    assertReported(Property.IDEMPOTENT, "in another thread");
  }

  @Test
  void twoAcknowledgementsAndNoDuplicate() {
    story.acknowledges(1, story.sends(1, "t1", "the " + SECRET, "c1"), first, false);
    assertReported(Property.IDEMPOTENT, "neither is a duplicate");
  }

  @Test
  void acknowledgedTurnThatIsNotStored() {
    story.alter("message_sent", frame -> frame.with("request_id", "r99"));
    assertReported(Property.TOTAL, "turn is not stored");
  }

  @Test
  void replyOfTwoTurns() {
    story.turn(second.turn(), row -> replied(row, "a" + first.turn()));
    assertReported(Property.ONE_REPLY, "belongs to two turns");
    assertReported(Property.ONE_REPLY, "answers something else");
    assertReported(Property.SEEN_IS_STORED, "another reply was shown");
  }

  @Test
  void replyThatIsNotStored() {
    story.turn(second.turn(), row -> replied(row, "a99"));
    assertReported(Property.ONE_REPLY, "reply is not stored");
  }

  @Test
  void replyInAnotherPlaceThanShown() {
    story.message("a" + second.turn(), row -> moved(row, row.id(), row.thread(), 9));
    assertReported(Property.SEEN_IS_STORED, "in another place");
  }

  @Test
  void outcomeOfATurnThatIsNotStored() {
    story.alter("ai_response", frame -> frame.with("request_id", "r99"));
    assertReported(Property.SEEN_IS_STORED, "of a turn that is not stored");
  }

  @Test
  void replyBeforeItsQuestion() {
    story.message("a" + second.turn(), row -> moved(row, row.id(), row.thread(), 1));
    assertReported(Property.CAUSAL, "does not stand after its question");
  }

  @Test
  void canisterAskedAboutATurnThatIsNotStored() {
    story.alter(event -> event.kind() == Kind.ASKED, frame -> frame.with("request_id", "r99"));
    assertReported(Property.CAUSAL, "about a turn that is not stored");
  }

  @Test
  void canisterAskedAboutAnotherThread() {
    story.alter(event -> event.kind() == Kind.ASKED, frame -> frame.with("conversation_id", "t2"));
    assertReported(Property.CAUSAL, "about another thread");
  }

  @Test
  void deltaWithoutText() {
    story.alter("ai_response_delta", frame -> frame.without("delta"));
    assertReported(Property.GAPLESS, "without text");
  }

  @Test
  void sessionTokenOfTwoUsers() {
    for (String user : List.of("ann", "bob")) {
      int connection = user.equals("ann") ? 7 : 8;
      story.sees(
          connection,
          "type",
          "auth_success",
          "session_token",
          "s-1",
          "user",
          JsonObject.of("id", user, "is_anonymous", true));
    }
    assertReported(Property.AUTHENTICATED, "became another user's");
  }

  @Test
  void turnStoredAtAnEarlierAttemptThanWasBegun() {
    Sent sent = story.says(1, "t1", "go on", null);
    story.isAsked(sent, 2);
    story.completes(sent, 1, "On");
    assertReported(Property.FENCED, "is stored at attempt 1 where 2 was begun");
  }
}
