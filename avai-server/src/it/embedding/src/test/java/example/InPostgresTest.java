package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.UUID;
import life.avai.canister.CanisterAssistant;
import life.avai.canister.CanisterSettings;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.identity.Caller;
import life.avai.domain.thread.ThreadId;
import life.avai.persistence.PostgresSettings;
import life.avai.persistence.embedded.EmbeddedPostgres;
import life.avai.persistence.embedded.EmbeddedPostgresSettings;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InPostgresTest {
  @Test
  void conversations_surviveTheProgram_andCanisterAnswers(@TempDir Path home) throws Exception {
    var printed = new ByteArrayOutputStream();
    var out = new PrintStream(printed, true);
    try (var postgres = EmbeddedPostgres.start(EmbeddedPostgresSettings.forTests(home))) {
      var database =
          PostgresSettings.of(postgres.jdbcUrl(), postgres.user(), postgres.password());
      Caller ada;
      ThreadId thread;
      try (var program = new InPostgres(database, new GlossaryAssistant())) {
        ada = program.user("user-17", "Ada");
        thread = program.open(ada, "Words");
        program.ask(ada, thread, UUID.randomUUID(), "XSS", out);
      }

      try (var canister = FakeCanister.start(CanisterScript.replyWith("Never mind."));
          var assistant = new CanisterAssistant(CanisterSettings.of(canister.url()));
          var program = new InPostgres(database, assistant)) {
        var end = program.ask(ada, thread, UUID.randomUUID(), "Thanks", out);
        assertThat(end).isInstanceOf(TurnAnswered.class);
        assertThat(canister.awaitRequest().messages()).hasSize(3);
        program.printHistory(ada, thread, out);
      }
    }

    assertThat(printed.toString().lines())
        .containsExactly(
            "Script from somebody else runs in your page. Escape what you show.",
            "Never mind.",
            "USER: XSS",
            "ASSISTANT: Script from somebody else runs in your page. Escape what you show.",
            "USER: Thanks",
            "ASSISTANT: Never mind.");
  }
}
