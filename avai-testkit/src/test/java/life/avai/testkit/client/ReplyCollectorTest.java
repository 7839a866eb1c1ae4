package life.avai.testkit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

class ReplyCollectorTest {
  private final ReplyCollector collector = new ReplyCollector("r1");

  @Test
  void higherAttempt_beginsAgain() {
    accept(delta(1, 0, "wrong"), delta(2, 0, "ri"), delta(2, 2, "ght"), response(2, "right"));
    assertThat(collector.reply())
        .extracting(Reply::text, Reply::attempt)
        .containsExactly("right", 2L);
  }

  @Test
  void framesOfOtherTurns_doNotMatter() {
    accept(delta(1, 0, "a"), delta(1, 5, "x").with("request_id", "r2"), delta(1, 1, "b"));
    assertThat(collector.reply()).isNull();
  }

  @Test
  void resubscribing_mayStepBackOrJoinInTheMiddle() {
    accept(subscribed(), delta(1, 5, "56"), subscribed(), delta(1, 6, "67"), delta(1, 8, "8"));
    accept(response(1, "012345678"));
    assertThat(collector.reply().text()).isEqualTo("5678");
  }

  @Test
  void unavailable_isAnOutcomeOnlyWhenFinal() {
    accept(frame("ai_unavailable").with("final", false));
    assertThat(collector.reply()).isNull();
    accept(frame("ai_unavailable").with("final", true));
    assertThat(collector.reply().type()).isEqualTo("ai_unavailable");
  }

  @Test
  void cancelled_keepsWhatHadArrived() {
    accept(delta(1, 0, "ab"), frame("ai_cancelled").with("content", "abc"));
    assertThat(collector.reply().content()).isEqualTo("abc");
  }

  @Test
  void gap_isCaught() {
    fails("at 3", delta(1, 0, "a"), delta(1, 3, "b"));
  }

  @Test
  void repeat_isCaught() {
    fails("at 0", delta(1, 0, "a"), delta(1, 0, "a"));
  }

  @Test
  void beginningInTheMiddle_isCaught() {
    fails("at 1", delta(1, 1, "a"));
    assertThat(collector.reply()).isNull();
  }

  @Test
  void lowerAttempt_isCaught() {
    fails("attempt 1 after attempt 2", delta(2, 0, "a"), delta(1, 0, "a"));
  }

  @Test
  void splitSurrogatePair_isCaught() {
    fails("surrogate", delta(1, 0, "a\ud83d"));
  }

  @Test
  void otherText_isCaught() {
    fails("not the deltas", delta(1, 0, "a"), response(1, "b"));
  }

  @Test
  void secondOutcome_isCaught() {
    fails("second outcome", response(1, "b"), frame("ai_error"));
  }

  @Test
  void deltaAfterTheOutcome_isCaught() {
    fails("after the outcome", response(1, "b"), delta(1, 0, "b"));
  }

  @Test
  void typingThatNeverEnds_isCaught() {
    fails("typed", frame("ai_typing").with("is_typing", true), response(1, "b"));
  }

  private void fails(String message, JsonObject... frames) {
    assertThatThrownBy(() -> accept(frames))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(message);
  }

  private void accept(JsonObject... frames) {
    for (var frame : frames) {
      collector.accept(frame);
    }
  }

  private static JsonObject frame(String type) {
    return JsonObject.of("type", type, "thread_id", "t1", "request_id", "r1");
  }

  private static JsonObject delta(int attempt, int offset, String text) {
    return frame("ai_response_delta")
        .with("attempt", attempt)
        .with("offset", offset)
        .with("delta", text);
  }

  private static JsonObject response(int attempt, String content) {
    return frame("ai_response").with("attempt", attempt).with("content", content);
  }

  private static JsonObject subscribed() {
    return JsonObject.of("type", "subscribed", "thread_id", "t1");
  }
}
