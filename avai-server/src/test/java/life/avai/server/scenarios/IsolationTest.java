package life.avai.server.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.client.Acknowledgement;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not yours looks as if it were not there. */
class IsolationTest extends Scenario {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'send_message','content':'let me in'}",
        "{'type':'cancel'}",
        "{'type':'regenerate'}",
        "{'type':'typing','typing':true}",
        "{'type':'typing_indicator','isTyping':true}",
        "{'type':'get_history'}",
        "{'type':'get_thread_messages'}",
        "{'type':'update_thread','title':'mine now'}",
        "{'type':'update_thread_title','title':'mine now'}",
        "{'type':'pin_thread'}",
        "{'type':'archive_thread'}",
        "{'type':'delete_thread'}",
        "{'type':'subscribe'}",
        "{'type':'subscribe','after_position':0}"
      })
  void anotherPersonsThread_isAnsweredLikeNone(String frame) {
    try (TestClient owner = anonymous();
        TestClient stranger = anonymous()) {
      Acknowledgement sent = owner.say("new", "a secret of mine");
      owner.awaitReply(sent.requestId());

      JsonObject theirs = ask(stranger, frame, sent.threadId());
      JsonObject nobodys = ask(stranger, frame, UUID.randomUUID().toString());

      assertError(theirs, "THREAD_NOT_FOUND");
      assertThat(theirs).isEqualTo(nobodys);
      JsonObject thread = owner.request("get_threads").objects("threads").getFirst();
      assertThat(thread.string("title")).isEqualTo("a secret of mine");
      assertThat(thread.bool("is_pinned")).isFalse();
      assertThat(thread.integer("message_count")).isEqualTo(2);
      assertThat(stranger.frames().toString()).doesNotContain("a secret of mine");
    }
  }

  private static JsonObject ask(TestClient client, String frame, String thread) {
    client.sendText(
        frame.replace('\'', '"').replace("}", ",\"id\":7,\"thread_id\":\"" + thread + "\"}"));
    return client.await("the answer", answer -> answer.has("in_reply_to"));
  }

  @Test
  void people_seeNothingOfEachOther() {
    CANISTER.script(CanisterScript.answering(ProcessRequest::question));
    try (TestClient one = anonymous();
        TestClient other = anonymous()) {
      Acknowledgement mine = one.say("new", "alpha-words");
      Acknowledgement theirs = other.say("new", "beta-words");
      one.awaitReply(mine.requestId());
      other.awaitReply(theirs.requestId());
      one.request("typing", "thread_id", mine.threadId(), "typing", true);
      one.request("update_thread", "thread_id", mine.threadId(), "title", "alpha-title");
      one.request("delete_thread", "thread_id", mine.threadId());
      other.settle();

      assertThat(other.request("get_threads").integer("total")).isEqualTo(1);
      assertThat(other.frames().toString()).doesNotContain("alpha").doesNotContain(mine.threadId());
      for (ProcessRequest request : CANISTER.received()) {
        if (request.conversationId().equals(theirs.threadId())) {
          assertThat(request.json().toString()).doesNotContain("alpha");
        }
      }
    }
  }

  @Test
  void messageIdOfAnotherPerson_isFreeForMe() {
    String id = UUID.randomUUID().toString();
    try (TestClient one = anonymous();
        TestClient other = anonymous()) {
      for (TestClient client : new TestClient[] {one, other}) {
        JsonObject sent =
            client.request(
                "send_message", "thread_id", "new", "content", "hi", "client_message_id", id);
        assertThat(sent.type()).isEqualTo("message_sent");
        assertThat(sent.has("duplicate")).isFalse();
      }
    }
  }

  @Test
  void somebodyElse_cannotTakeOverALiveSocket() {
    try (TestClient one = anonymous();
        TestClient other = anonymous()) {
      String theirs = other.frames("auth_success").getFirst().string("session_token");
      assertError(one.request("authenticate", "session_token", theirs), "AUTH_FAILED");
      Acknowledgement sent = one.say("new", "still me");
      one.awaitReply(sent.requestId());
      assertThat(other.request("get_threads").integer("total")).isZero();
    }
  }
}
