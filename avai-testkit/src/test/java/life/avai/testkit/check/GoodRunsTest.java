package life.avai.testkit.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import life.avai.testkit.check.Event.Kind;
import life.avai.testkit.check.Story.Sent;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/** In what went well, whatever broke on the way, the checker finds nothing. */
class GoodRunsTest {
  private final Story story = new Story();

  private Recording sound() {
    Recording run = story.recording();
    Checker.standard().limit("free", new RateLimit(60, 60)).requireSound(run);
    return run;
  }

  @Test
  void twoConversations_areSound() {
    story.arrives(1, "ann");
    story.arrives(2, "bob");
    story.notes(Kind.SECRET, "user", "ann", "text", "blue harbour");
    story.isAnswered(1, story.says(1, "t1", "the blue harbour", "c1"), "Hello Ann");
    story.isAnswered(2, story.says(2, "t2", "good day", "c1"), "Hello Bob");
    story.isAnswered(1, story.says(1, "t1", "and now?", null), "Nothing more");
    story.settles(1);
    story.settles(2);
    assertThat(sound().faults()).isEmpty();
  }

  @Test
  void killBetweenCommitAndAcknowledgement_isSound() {
    story.arrives(1, "ann");
    story.sends(1, "t1", "are you there?", "c1");
    Sent sent = story.keeps("ann", "t1", "are you there?", "c1");
    story.breaks(1);
    story.arrives(2, "ann");
    String again = story.sends(2, "t1", "are you there?", "c1");
    story.acknowledges(2, again, sent, true);
    story.snapshot();
    story.isAsked(sent, 1);
    story.isAsked(sent, 2);
    story.streams(2, sent, 2, 0, "Yes");
    story.answers(sent, 1, "No");
    story.answers(sent, 2, "Yes");
    story.completes(sent, 2, "Yes");
    story.shows(2, sent);
    Recording run = sound();
    assertThat(run.faults())
        .containsExactlyInAnyOrder(
            Fault.KILLED_BETWEEN_COMMIT_AND_ACKNOWLEDGEMENT,
            Fault.DUPLICATE_ACKNOWLEDGED,
            Fault.LEASE_TAKEN_OVER,
            Fault.LATE_ANSWER_DROPPED);
  }

  @Test
  void unknownSends_areSound() {
    story.arrives(1, "ann");
    story.sends(1, "t1", "kept", null);
    Sent kept = story.keeps("ann", "t1", "kept", null);
    story.sends(1, "t1", "lost", null);
    story.breaks(1);
    story.isAsked(kept, 1);
    story.ends(kept, "failed", 1, null, "TIMEOUT");
    sound();
  }

  @Test
  void resumingInTheMiddle_isSound() {
    story.arrives(1, "ann");
    Sent sent = story.says(1, "t1", "tell me", null);
    story.isAsked(sent, 1);
    story.types(1, sent, true);
    story.streams(1, sent, 1, 0, "Once ");
    story.breaks(1);
    story.arrives(2, "ann");
    String id =
        story.asks(
            2,
            "subscribe",
            "thread_id",
            "t1",
            "reply",
            JsonObject.of("message_id", "a" + sent.turn(), "attempt", 1, "offset", 5));
    JsonObject running =
        JsonObject.of("request_id", sent.turn(), "message_id", "a" + sent.turn(), "attempt", 1);
    story.sees(2, "type", "subscribed", "in_reply_to", id, "thread_id", "t1", "running", running);
    story.streams(2, sent, 1, 5, "upon a");
    story.answers(sent, 1, "Once upon a");
    story.completes(sent, 1, "Once upon a");
    story.shows(2, sent);
    assertThat(sound().faults()).containsExactly(Fault.RESUMED_IN_MID_STREAM);
  }

  @Test
  void cancelThatRacesTheReply_isSound() {
    story.arrives(1, "ann");
    Sent sent = story.says(1, "t1", "long story", null);
    story.isAsked(sent, 1);
    story.types(1, sent, true);
    story.streams(1, sent, 1, 0, "Once ");
    String id = story.asks(1, "cancel", "thread_id", "t1");
    story.answers(sent, 1, "Once upon a time");
    story.completes(sent, 1, "Once ");
    story.ends(sent, "cancelled", 1, "a" + sent.turn(), null);
    story.types(1, sent, false);
    story.sees(1, "type", "cancel_ack", "in_reply_to", id, "thread_id", "t1");
    story.shows(1, sent);
    sound();
  }

  @Test
  void cancelAtTheServerThatTookOver_isSound() {
    story.arrives(1, "ann");
    Sent sent = story.says(1, "t1", "long story", null);
    story.isAsked(sent, 1);
    story.streams(1, sent, 1, 0, "Once upon");
    story.alter("ai_response_delta", frame -> frame.with("message_id", "lost"));
    story.isAsked(sent, 2);
    String id = story.asks(1, "cancel", "thread_id", "t1");
    story.answers(sent, 2, "There was");
    story.completes(sent, 2, "The");
    story.ends(sent, "cancelled", 2, "a" + sent.turn(), null);
    story.sees(1, "type", "cancel_ack", "in_reply_to", id, "thread_id", "t1");
    story.shows(1, sent);
    sound();
  }

  @Test
  void regenerating_isSound() {
    story.arrives(1, "ann");
    Sent sent = story.says(1, "t1", "a number?", null);
    story.isAnswered(1, sent, "Seven");
    Sent again = story.regenerates(1, sent);
    story.isAnswered(1, again, "Eight");
    story.isAnswered(1, story.says(1, "t1", "thanks", null), "Welcome");
    sound();
  }

  @Test
  void canisterAwayAndBack_isSound() {
    story.arrives(1, "ann");
    Sent sent = story.says(1, "t1", "anyone?", null);
    story.sees(1, "type", "ai_unavailable", "request_id", sent.turn(), "final", false);
    story.isAnswered(1, sent, "Here I am");
    assertThat(sound().faults()).containsExactly(Fault.CANISTER_AWAY_AND_BACK);
  }

  @Test
  void faultThatWasNotMet_failsTheRun() {
    story.arrives(1, "ann");
    story.notes(Kind.FAULT, "fault", "TRANSACTION_RETRIED");
    Recording run = sound();
    run.requireMet(Fault.TRANSACTION_RETRIED);
    assertThatThrownBy(() -> run.requireMet(Fault.TRANSACTION_RETRIED, Fault.SLOW_READER_CLOSED))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("did not meet [SLOW_READER_CLOSED]");
  }
}
