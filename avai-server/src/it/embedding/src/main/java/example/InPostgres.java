package example;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import life.avai.domain.Ids;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.ContextLimits;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.Conversations;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.identity.VerifiedIdentity;
import life.avai.domain.memory.InMemoryRateLimiter;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.ratelimit.MessageLimits;
import life.avai.domain.thread.ThreadId;
import life.avai.persistence.PostgresSettings;
import life.avai.persistence.PostgresStores;

/** Conversations of your users in your PostgreSQL. */
final class InPostgres implements AutoCloseable {
  private final Ids ids = Ids.timeOrdered();
  private final PostgresStores stores;
  private final Conversations conversations;

  InPostgres(PostgresSettings database, Assistant assistant) {
    stores = new PostgresStores(database);
    stores.migrate();
    conversations =
        Conversations.over(stores.conversations(), stores.threads(), assistant)
            .limiter(new InMemoryRateLimiter(MessageLimits.DEFAULTS, Instant::now))
            .context(ContextLimits.DEFAULTS)
            .listener(turn -> System.getLogger("turns").log(System.Logger.Level.DEBUG, turn))
            .build()
            .start();
  }

  /** Your user, by the name that your own program has for them. */
  Caller user(String id, String name) {
    var identity =
        new VerifiedIdentity(id, name, Tier.FREE, Instant.now().plus(Duration.ofHours(1)), null);
    return stores.users().signIn(identity, new UserId(ids.next()), Instant.now());
  }

  /** Opens a thread. */
  ThreadId open(Caller user, String title) {
    return conversations.threads().create(user.userId(), title, null).id();
  }

  /**
   * Asks, and prints the answer as it comes.
   *
   * @param send names this message: when it is not known whether it was kept, ask again with the
   *     same name, and it is kept once
   */
  TurnEnded ask(Caller user, ThreadId thread, UUID send, String question, PrintStream out)
      throws InterruptedException {
    var command =
        new SendMessage.Command(
            user, thread, question, ContentType.TEXT, send, null, WhileBusy.ENQUEUE, null);
    try (var printer = new ReplyPrinter(conversations.events(), thread, out)) {
      return switch (conversations.send().handle(command, accepted -> {})) {
        case SendMessage.Outcome.Accepted(var receipt, var earlier) ->
            printer.printUntilEnd(receipt.requestId());
        case SendMessage.Outcome other -> throw new IllegalStateException(other.toString());
      };
    }
  }

  /** Prints what was said so far. */
  void printHistory(Caller user, ThreadId thread, PrintStream out) {
    var latest = new HistoryQuery(new HistoryQuery.From.Latest(), 50, false);
    stores.messages().history(user.userId(), thread, latest).orElseThrow().messages().stream()
        .map(message -> message.role() + ": " + message.content())
        .forEach(out::println);
  }

  /** Gives back turns that still run; another process, or the next start, takes them up. */
  @Override
  public void close() {
    conversations.close();
    stores.close();
  }
}
