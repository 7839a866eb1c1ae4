package life.avai.domain.memory;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.function.BiFunction;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.SaveOutcome.Receipt;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.turn.ClaimedTurn;
import org.jspecify.annotations.Nullable;

/** Keeps users' messages. Called under the store's lock. */
final class Saving {
  private final Tables tables;
  private final BiFunction<Conversation, Turn, ClaimedTurn> claimed;

  Saving(Tables tables, BiFunction<Conversation, Turn, ClaimedTurn> claimed) {
    this.tables = tables;
    this.claimed = claimed;
  }

  SaveOutcome save(MessageDraft draft) {
    Tables.Place earlier = earlier(draft);
    if (earlier != null) {
      return repeated(draft, earlier);
    }
    if (draft.clientMessageId() != null
        && tables.isDeleted(draft.author(), draft.clientMessageId())) {
      return new SaveOutcome.ThreadNotFound();
    }
    Conversation conversation = target(draft);
    if (conversation == null || !conversation.isOf(draft.author())) {
      return new SaveOutcome.ThreadNotFound();
    }
    long newest = conversation.messages.size();
    if (draft.expectedPosition() != null && draft.expectedPosition() != newest) {
      return new SaveOutcome.Conflict(newest);
    }
    int unfinished = conversation.unfinished().size();
    if (unfinished >= ConversationStore.MAX_UNFINISHED_PER_THREAD
        || (unfinished > 0 && draft.whileBusy() == WhileBusy.REJECT)) {
      return new SaveOutcome.Busy();
    }
    return keep(draft, conversation, unfinished == 0);
  }

  private Tables.@Nullable Place earlier(MessageDraft draft) {
    return draft.clientMessageId() == null
        ? tables.find(draft.id())
        : tables.find(draft.author(), draft.clientMessageId());
  }

  private SaveOutcome repeated(MessageDraft draft, Tables.Place place) {
    Conversation conversation = requireNonNull(tables.conversation(place.thread()));
    UserMessage first = (UserMessage) conversation.at(place.position());
    boolean sameTarget =
        switch (draft.target()) {
          case Target.Existing(var thread) -> thread.equals(place.thread());
          case Target.New ignored -> first.id().equals(conversation.opener);
        };
    if (!sameTarget
        || !first.content().equals(draft.content())
        || first.contentType() != draft.contentType()) {
      return new SaveOutcome.IdempotencyConflict();
    }
    return new SaveOutcome.Duplicate(
        receipt(first, conversation.firstTurnOf(first.id())),
        conversation.snapshot(conversation.newestTurnOf(first.id())));
  }

  private static Receipt receipt(UserMessage message, Turn turn) {
    return new Receipt(
        message.id(), message.threadId(), turn.id, message.position(), message.createdAt());
  }

  private @Nullable Conversation target(MessageDraft draft) {
    return switch (draft.target()) {
      case Target.Existing(var thread) -> tables.conversation(thread);
      case Target.New(var thread, var title) -> {
        Conversation existing = tables.conversation(thread);
        yield existing != null
            ? existing
            : new Conversation(
                ChatThread.empty(thread, draft.author(), title, null, draft.at()), draft.id());
      }
    };
  }

  private SaveOutcome keep(MessageDraft draft, Conversation conversation, boolean isFree) {
    Instant now = tables.now();
    tables.add(conversation);
    UserMessage message =
        new UserMessage(
            draft.id(),
            conversation.thread.id(),
            conversation.nextPosition(),
            draft.author(),
            draft.content(),
            draft.contentType(),
            draft.tokenCount(),
            draft.clientMessageId(),
            draft.at());
    tables.add(conversation, message);
    Turn turn = Turn.of(draft, message.position(), now);
    boolean running = turn.begin(draft.start(), isFree, now);
    tables.add(conversation, turn);
    return new SaveOutcome.Saved(
        receipt(message, turn), running ? claimed.apply(conversation, turn) : null);
  }
}
