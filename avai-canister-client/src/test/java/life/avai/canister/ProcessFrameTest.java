package life.avai.canister;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.Role;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.FakeCanisterExtension;
import life.avai.testkit.canister.ProcessRequest;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a canister receives, field by field. */
@ExtendWith(FakeCanisterExtension.class)
class ProcessFrameTest {
  @Test
  void question_isTheProcessFrame(FakeCanister canister) {
    try (Asking asking = Asking.connected(canister)) {
      AssistantRequest request = Asking.request(2, Duration.ofSeconds(90));
      asking.ask(request).outcome();

      ProcessRequest received = canister.awaitRequest();
      JsonObject frame = received.json();
      assertThat(frame.fields().keySet())
          .containsExactly(
              "type",
              "request_id",
              "conversation_id",
              "user_id",
              "system_prompt",
              "messages",
              "context_metadata",
              "attempt",
              "stream",
              "deadline_ms");
      assertThat(frame.type()).isEqualTo("process");
      assertThat(received.requestId()).isEqualTo(request.requestId().toString());
      assertThat(received.conversationId()).isEqualTo(request.threadId().toString());
      assertThat(received.userId()).isEqualTo("user_2abc");
      assertThat(received.systemPrompt()).isEqualTo("Be careful.");
      assertThat(received.messages())
          .containsExactly(
              new ProcessRequest.Message("user", "Earlier?", "2026-01-01T12:00:00.000Z"),
              new ProcessRequest.Message("assistant", "Yes.", "2026-01-01T12:00:01.000Z"),
              new ProcessRequest.Message(
                  "user", "Is \"this\" safe?\n\uD83D\uDE00", "2026-01-01T12:00:02.500Z"));
      assertThat(received.contextMetadata())
          .isEqualTo(
              JsonObject.of(
                  "thread_title",
                  "A \"title\"",
                  "user_tier",
                  "pro",
                  "timestamp",
                  "2026-01-01T12:00:03.000Z",
                  "message_count",
                  3,
                  "estimated_tokens",
                  17));
      assertThat(received.attempt()).isEqualTo(2);
      assertThat(received.stream()).isTrue();
      assertThat(received.deadlineMs()).isBetween(1L, 90_000L);
      assertThat(canister.unexpected()).isEmpty();
    }
  }

  @Test
  void anonymousUser_isNull(FakeCanister canister) {
    try (Asking asking = Asking.connected(canister)) {
      AssistantRequest known = Asking.request(1, Asking.LONG);
      asking
          .ask(
              new AssistantRequest(
                  known.requestId(),
                  1,
                  known.threadId(),
                  null,
                  known.systemPrompt(),
                  List.of(new ContextMessage(Role.USER, "Hi", Asking.NOON)),
                  "Hi",
                  Tier.ANONYMOUS,
                  Asking.NOON,
                  1,
                  Asking.LONG))
          .outcome();

      ProcessRequest received = canister.awaitRequest();
      assertThat(received.json().has("user_id")).isTrue();
      assertThat(received.userId()).isNull();
      assertThat(received.contextMetadata().string("user_tier")).isEqualTo("anonymous");
    }
  }

  @Test
  void handshake_carriesTheToken(FakeCanister canister) {
    canister.switches().requireToken("a-token");
    try (Asking asking = Asking.connected(canister)) {
      asking.ask().outcome();

      assertThat(canister.awaitRequest().handshake().header("Authorization"))
          .isEqualTo("Bearer a-token");
      assertThat(Asking.settings(canister.url()).toString()).doesNotContain("a-token");
    }
  }
}
