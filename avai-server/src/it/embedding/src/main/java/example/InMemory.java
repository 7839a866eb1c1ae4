package example;

import life.avai.domain.Ids;
import life.avai.domain.conversation.Conversations;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.SessionToken;
import life.avai.domain.identity.UserId;
import life.avai.domain.memory.InMemoryStore;
import life.avai.domain.message.ContentType;
import life.avai.domain.thread.ChatThread;
import java.security.SecureRandom;
import java.time.Instant;

/** One question and its answer, with nothing but memory beneath. */
final class InMemory {
  public static void main(String[] args) throws InterruptedException {
    InMemoryStore store = new InMemoryStore();
    try (Conversations conversations =
        Conversations.over(store.conversations(), store.threads(), new GlossaryAssistant())
            .build()
            .start()) {
      Ids ids = Ids.timeOrdered();
      SessionToken secret = SessionToken.generate(new SecureRandom());
      Caller guest =
          store
              .users()
              .createAnonymous(new UserId(ids.next()), ids.next(), secret.hash(), Instant.now());
      ChatThread thread = conversations.threads().create(guest.userId(), "Words", null);

      try (var printer = new ReplyPrinter(conversations.events(), thread.id(), System.out)) {
        var outcome =
            conversations
                .send()
                .handle(
                    new SendMessage.Command(
                        guest,
                        thread.id(),
                        "XSS",
                        ContentType.TEXT,
                        null, // no name of the client's own: this is never sent twice
                        null, // whatever was said since
                        WhileBusy.ENQUEUE,
                        null),
                    accepted -> System.out.println("kept"));
        if (outcome instanceof SendMessage.Outcome.Accepted(var receipt, var earlier)) {
          printer.printUntilEnd(receipt.requestId());
        } else {
          System.out.println("refused: " + outcome);
        }
      }
    }
  }

  private InMemory() {}
}
