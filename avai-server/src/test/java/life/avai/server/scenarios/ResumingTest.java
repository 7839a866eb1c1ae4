package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.Step;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Coming back, on whatever device: nothing is missing and nothing comes twice. */
class ResumingTest extends Scenario {
  private static final String FIRST = "first half, \uD83D\uDE00 ";
  private static final String WHOLE = FIRST + "second half";

  /** What a socket's deltas of a turn make, when each continues where the last one ended. */
  private static String joined(TestClient client, String requestId, String already) {
    StringBuilder text = new StringBuilder(already);
    for (JsonObject delta : client.frames("ai_response_delta")) {
      if (delta.string("request_id").equals(requestId)) {
        assertThat(delta.integer("offset")).isEqualTo(text.length());
        text.append(delta.string("delta"));
      }
    }
    return text.toString();
  }

  private static JsonObject place(JsonObject delta, long attempt, int offset) {
    return JsonObject.of(
        "message_id", delta.string("message_id"), "attempt", attempt, "offset", offset);
  }

  @ParameterizedTest
  @CsvSource({
    // the offset that is asked for, and where the deltas then begin
    "0, 0",
    "1, 1",
    "6, 6",
    "12, 12",
    "13, 12",
    "14, 14",
    "15, 15",
    "16, 15",
    "1000, 15"
  })
  void reply_isTakenUpWhereTheReaderWas(int asked, int begins) {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CANISTER.script(
        CanisterScript.playing(
            Step.delta(FIRST), Step.await(gate), Step.delta("second half"), Step.response()));
    try (TestClient reader = anonymous()) {
      Acknowledgement sent = reader.say("new", "stream");
      JsonObject delta = reader.await("ai_response_delta");
      try (TestClient again = another(reader)) {
        reader.cut();
        JsonObject subscribed =
            again.request(
                "subscribe",
                "thread_id",
                sent.threadId(),
                "after_position",
                1,
                "reply",
                place(delta, 1, asked));
        assertThat(subscribed.integer("position")).isEqualTo(1);
        assertThat(subscribed.object("running"))
            .isEqualTo(
                JsonObject.of(
                    "request_id",
                    sent.requestId(),
                    "message_id",
                    delta.string("message_id"),
                    "attempt",
                    1));
        assertThat(again.await("caught_up").string("thread_id")).isEqualTo(sent.threadId());
        gate.complete(null);

        JsonObject answer = again.await("ai_response");
        assertThat(answer.string("content")).isEqualTo(WHOLE);
        assertThat(joined(again, sent.requestId(), WHOLE.substring(0, begins))).isEqualTo(WHOLE);
      }
    }
  }

  @Test
  void placeInAnotherAttempt_beginsAtTheStart() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CANISTER.script(
        CanisterScript.playing(
            Step.delta(FIRST), Step.await(gate), Step.delta("second half"), Step.response()));
    try (TestClient reader = anonymous()) {
      Acknowledgement sent = reader.say("new", "stream");
      JsonObject delta = reader.await("ai_response_delta");
      try (TestClient again = another(reader)) {
        again.request("subscribe", "thread_id", sent.threadId(), "reply", place(delta, 7, 5));
        gate.complete(null);
        again.await("ai_response");
        assertThat(joined(again, sent.requestId(), "")).isEqualTo(WHOLE);
      }
    }
  }

  @Test
  void turnThatEndedMeanwhile_isInTheHistory() {
    try (TestClient reader = anonymous()) {
      Acknowledgement sent = reader.say("new", "hi");
      reader.awaitReply(sent.requestId());
      try (TestClient again = another(reader)) {
        JsonObject subscribed =
            again.request("subscribe", "thread_id", sent.threadId(), "after_position", 1);
        assertThat(subscribed.integer("position")).isEqualTo(2);
        assertThat(subscribed.has("running")).isTrue();
        assertThat(subscribed.get("running")).isNull();
        JsonObject missed = again.await("thread_history");
        assertThat(contents(missed)).containsExactly("Hello there, friend.");
        again.await("caught_up");
        again.settle();
        assertThat(again.frames("ai_response_delta")).isEmpty();
      }
    }
  }

  @Test
  void subscribing_inTheInstantOfCompletion_losesNothing() {
    // Each round comes at another moment of the reply's life.
    for (int round = 0; round < 30; round++) {
      try (TestClient reader = anonymous();
          TestClient again = another(reader)) {
        Acknowledgement sent = reader.say("new", "hi");
        again.request("subscribe", "thread_id", sent.threadId(), "after_position", 0);
        again.await("caught_up");
        reader.awaitReply(sent.requestId());
        JsonObject last =
            again.await(
                "the reply, told or in the history",
                frame ->
                    frame.type().equals("ai_response")
                        || (frame.type().equals("thread_history")
                            && contents(frame).contains("Hello there, friend.")));
        assertThat(last).isNotNull();
        again.settle();
        long told = again.frames("ai_response").size();
        long read =
            again.frames("thread_history").stream()
                .flatMap(frame -> contents(frame).stream())
                .filter("Hello there, friend."::equals)
                .count();
        assertThat(told + read).isEqualTo(1);
        if (told == 1) {
          assertThat(joined(again, sent.requestId(), "")).isEqualTo("Hello there, friend.");
        }
      }
    }
  }

  @Test
  void devices_seeWhatTheOthersDo() {
    try (TestClient phone = anonymous();
        TestClient laptop = another(phone)) {
      String thread = phone.request("create_thread", "title", "T").object("thread").string("id");
      laptop.request("subscribe", "thread_id", thread);
      laptop.await("caught_up");
      Acknowledgement sent = phone.say(thread, "from the phone");

      JsonObject added = laptop.await("message_added");
      assertThat(added.string("thread_id")).isEqualTo(thread);
      JsonObject message = added.object("message");
      assertThat(message.string("id")).isEqualTo(sent.messageId());
      assertThat(message.string("role")).isEqualTo("user");
      assertThat(message.string("content")).isEqualTo("from the phone");
      assertThat(laptop.awaitReply(sent.requestId()).text()).isEqualTo("Hello there, friend.");
      phone.awaitReply(sent.requestId());
      assertThat(phone.frames("message_added")).isEmpty();

      phone.request("typing", "thread_id", thread, "typing", true);
      assertThat(laptop.await("user_typing").bool("is_typing")).isTrue();
      phone.request("update_thread", "thread_id", thread, "title", "Renamed");
      assertThat(laptop.await("thread_updated").object("thread").string("title"))
          .isEqualTo("Renamed");
      phone.request("delete_thread", "thread_id", thread);
      assertThat(laptop.await("thread_deleted").string("thread_id")).isEqualTo(thread);
      phone.settle();
      assertThat(phone.frames("user_typing")).isEmpty();
      assertThat(phone.frames("thread_updated")).hasSize(1);
      assertThat(phone.frames("thread_deleted")).hasSize(1);
    }
  }

  @Test
  void unsubscribed_hearsNothingMore() {
    try (TestClient phone = anonymous();
        TestClient laptop = another(phone)) {
      String thread = phone.request("create_thread").object("thread").string("id");
      laptop.request("subscribe", "thread_id", thread);
      laptop.await("caught_up");
      assertThat(laptop.request("unsubscribe", "thread_id", thread).type())
          .isEqualTo("unsubscribed");
      phone.awaitReply(phone.say(thread, "quietly").requestId());
      laptop.settle();
      assertThat(laptop.frames("message_added")).isEmpty();
      assertThat(laptop.frames("ai_response")).isEmpty();
    }
  }

  @Test
  void turn_goesOnWhenEverySocketIsGone() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CANISTER.script(
        CanisterScript.playing(
            Step.delta("on its "), Step.await(gate), Step.response("on its own")));
    String session;
    String thread;
    try (TestClient reader = anonymous()) {
      session = reader.frames("auth_success").getFirst().string("session_token");
      Acknowledgement sent = reader.say("new", "hi");
      thread = sent.threadId();
      reader.await("ai_response_delta");
    }
    gate.complete(null);
    try (TestClient later = SERVER.connect()) {
      later.request("authenticate", "session_token", session);
      later.request("subscribe", "thread_id", thread, "after_position", 1);
      JsonObject seen =
          later.await(
              "the reply",
              frame ->
                  List.of("ai_response", "thread_history").contains(frame.type())
                      && frame.toString().contains("on its own"));
      assertThat(seen).isNotNull();
    }
  }

  private static JsonObject unfinished(Acknowledgement sent, String state) {
    return JsonObject.of(
        "request_id", sent.requestId(), "reply_to", sent.messageId(), "state", state);
  }

  @Test
  void subscribing_tellsWhichTurnsAreNotOver() {
    CompletableFuture<Void> gate = new CompletableFuture<>();
    CANISTER.script(CanisterScript.playing(Step.delta("One."), Step.await(gate), Step.response()));
    try (TestClient client = anonymous()) {
      Acknowledgement runs = client.say("new", "first");
      client.await("ai_response_delta");
      String thread = runs.threadId();
      Acknowledgement waits = client.say(thread, "second");
      assertThat(client.request("subscribe", "thread_id", thread).objects("unfinished"))
          .containsExactly(unfinished(runs, "running"), unfinished(waits, "waiting"));

      client.request("cancel", "thread_id", thread, "request_id", waits.requestId());
      assertThat(client.awaitReply(waits.requestId()).type()).isEqualTo("ai_cancelled");
      assertThat(
              client
                  .request("subscribe", "thread_id", thread, "after_position", 0)
                  .objects("unfinished"))
          .containsExactly(unfinished(runs, "running"));

      gate.complete(null);
      client.awaitReply(runs.requestId());
      assertThat(client.request("subscribe", "thread_id", thread).objects("unfinished")).isEmpty();
    }
  }
}
