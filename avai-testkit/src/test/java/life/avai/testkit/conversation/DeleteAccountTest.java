package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import life.avai.domain.privacy.DeleteAccount;
import life.avai.testkit.assistant.HeldReply;
import org.junit.jupiter.api.Test;

class DeleteAccountTest extends ConversationTest {
  @Test
  void whatRunsHere_isStoppedAtOnce_andNotWhenItsLeaseIsToBeRenewed() {
    // Never started, so it renews no leases, which would find out by and by.
    try (Server idle = new Server(stores, assistant)) {
      HeldReply held = assistant.holds();
      var receipt = idle.accepted(Server.command(owner, thread, "Is it?"));
      held.awaitAsked();

      assertThat(new DeleteAccount(stores.personalData(), idle.turns).handle(owner.userId()))
          .isTrue();

      held.awaitStopped();
      assertThat(stores.conversations().turns(List.of(receipt.requestId()))).isEmpty();
    }
  }
}
