package example;

import java.io.PrintStream;
import java.util.concurrent.Semaphore;
import life.avai.domain.conversation.ConversationEvent;
import life.avai.domain.conversation.ConversationEvent.ReplyStarted;
import life.avai.domain.conversation.ConversationEvent.TurnEnded;
import life.avai.domain.conversation.ConversationEvents;
import life.avai.domain.reply.ReplyStream;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;

/** Watches a thread, and prints replies while they are written. */
final class ReplyPrinter implements AutoCloseable {
  private final Semaphore woken = new Semaphore(0);
  private final ConversationEvents.Subscription events;
  private final PrintStream out;
  private ReplyStream reply;
  private int attempt;
  private int offset;

  ReplyPrinter(ConversationEvents all, ThreadId thread, PrintStream out) {
    this.events = all.subscribe(thread, woken::release);
    this.out = out;
  }

  /** Prints until the turn has ended, and tells how. */
  TurnEnded printUntilEnd(RequestId turn) throws InterruptedException {
    while (true) {
      ConversationEvent event = events.peek();
      printWhatIsNew();
      if (event == null) {
        woken.acquire();
        continue;
      }
      events.advance();
      if (event instanceof ReplyStarted started) {
        reply = started.stream();
        attempt = reply.attempt();
        offset = 0;
      } else if (event instanceof TurnEnded ended && ended.requestId().equals(turn)) {
        out.println();
        return ended;
      }
    }
  }

  private void printWhatIsNew() {
    if (reply == null) {
      return;
    }
    ReplyStream.Piece piece;
    while ((piece = reply.read(attempt, offset, 8192)) != null) {
      if (piece.attempt() != attempt) {
        out.println(); // the model was lost in mid-sentence, and another begins anew
      }
      out.print(piece.text());
      attempt = piece.attempt();
      offset = piece.end();
    }
  }

  @Override
  public void close() {
    events.close();
  }
}
