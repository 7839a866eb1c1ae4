package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import life.avai.domain.conversation.ConversationEvent.MessageAdded;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.conversation.SendMessage.Outcome;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.message.ContentRules;
import life.avai.domain.ratelimit.RateLimiter.Decision.Refused;
import life.avai.domain.turn.TurnState;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

class SendMessageTest extends ConversationTest {
  private SendMessage.Command repeatable(UUID id) {
    return Server.command(owner, thread, id, null, WhileBusy.ENQUEUE);
  }

  @Test
  void aTextThatCannotBeKept_isRefused() {
    assertThat(server.send(Server.command(owner, thread, "")))
        .isEqualTo(new Outcome.InvalidContent(ContentRules.Problem.EMPTY));
    assertThat(server.send(Server.command(owner, thread, "\0")))
        .isEqualTo(new Outcome.InvalidContent(ContentRules.Problem.NOT_STORABLE));
    assertThat(stores.threads().find(owner.userId(), thread).orElseThrow().messageCount()).isZero();
  }

  @Test
  void tooMany_areRefusedAndNothingIsKept() {
    Duration wait = Duration.ofSeconds(3);
    try (Server strict = new Server(stores, assistant, Server.SETTINGS, c -> new Refused(wait))) {
      assertThat(strict.send(Server.command(owner, thread, "Is it?")))
          .isEqualTo(new Outcome.RateLimited(wait));
    }
    assertThat(stores.threads().find(owner.userId(), thread).orElseThrow().messageCount()).isZero();
  }

  @Test
  void whatTheStoreRefuses_isToldAsItIs() {
    HeldReply held = assistant.holds();
    UUID id = UUID.randomUUID();
    var unused = server.accepted(repeatable(id));
    held.awaitAsked();

    assertThat(server.send(Server.command(owner, Fixtures.threadId(), "Is it?")))
        .isEqualTo(new Outcome.ThreadNotFound());
    assertThat(server.send(Server.command(owner, newThread(), id, null, WhileBusy.ENQUEUE)))
        .isEqualTo(new Outcome.IdempotencyConflict());
    assertThat(server.send(Server.command(owner, thread, null, 5L, WhileBusy.ENQUEUE)))
        .isEqualTo(new Outcome.Conflict(1));
    assertThat(server.send(Server.command(owner, thread, null, null, WhileBusy.REJECT)))
        .isEqualTo(new Outcome.Busy());
  }

  @Test
  void aRepeat_isAcceptedWithTheSameReceiptAndAsksNobodyAgain() {
    UUID id = UUID.randomUUID();
    var first = server.accepted(repeatable(id));
    var answered = watch.awaited(TurnAnswered.class);
    assertThat(answered.requestId()).isEqualTo(first.requestId());

    var again = (Outcome.Accepted) server.send(repeatable(id));

    assertThat(again.receipt()).isEqualTo(first);
    assertThat(again.earlier().state()).isEqualTo(TurnState.COMPLETED);
    assertThat(assistant.requests()).hasSize(1);
  }

  @Test
  void aMessageWithoutAThread_makesOneThatIsNamedAfterIt() {
    var receipt = server.accepted(Server.command(owner, null, "Is eval safe?"));

    var made = stores.threads().find(owner.userId(), receipt.threadId()).orElseThrow();
    assertThat(made.title()).isEqualTo("Is eval safe?");
    assertThat(receipt.position()).isEqualTo(1);
  }

  @Test
  void theAcknowledgement_comesAfterTheCommitAndBeforeTheTurnBegins() {
    AtomicBoolean durable = new AtomicBoolean();
    AtomicBoolean asked = new AtomicBoolean();

    var unused =
        server.send.handle(
            Server.command(owner, thread, "Is it?"),
            accepted -> {
              durable.set(server.turn(accepted.receipt().requestId()).state() == TurnState.RUNNING);
              asked.set(!assistant.requests().isEmpty());
            });

    assertThat(durable).isTrue();
    assertThat(asked).isFalse();
    assertThat(watch.awaited(TurnAnswered.class)).isNotNull();
  }

  @Test
  void anAcknowledgementThatFails_doesNotKeepTheTurnFromRunning() {
    assertThatThrownBy(() ->
            server.send.handle(
                Server.command(owner, thread, "Is it?"),
                accepted -> {
                  throw new IllegalStateException("gone");
                }))
        .hasMessage("gone");

    assertThat(watch.awaited(TurnAnswered.class).message().content()).isEqualTo("Understood.");
  }

  @Test
  void theOrigin_isToldWithTheMessage() {
    UUID origin = UUID.randomUUID();
    SendMessage.Command plain = Server.command(owner, thread, "Is it?");
    var unused =
        server.accepted(
            new SendMessage.Command(
                owner,
                thread,
                plain.content(),
                plain.contentType(),
                null,
                null,
                plain.whileBusy(),
                origin));

    MessageAdded added = watch.awaited(MessageAdded.class);
    assertThat(added.origin()).isEqualTo(origin);
    assertThat(added.message().content()).isEqualTo("Is it?");
  }
}
