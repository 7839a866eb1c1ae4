package life.avai.persistence;

import static java.util.Objects.requireNonNull;
import static life.avai.persistence.jooq.Tables.SAVE_MESSAGES;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.MessageDraft;
import life.avai.domain.conversation.MessageDraft.Target;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.SaveOutcome.Receipt;
import life.avai.domain.conversation.ThreadContext;
import life.avai.domain.conversation.ThreadContext.Exchange;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.RequestId;
import life.avai.persistence.jooq.udt.records.AnswerRowRecord;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Saves groups of users' messages: one call of {@code save_messages}, one round trip. */
final class MessageSaving {
  private final FunctionCall saveMessages;
  private final ContextCache cache;
  private final int exchanges;

  MessageSaving(DSLContext jooq, ContextCache cache, int exchanges) {
    this.saveMessages = new FunctionCall(jooq, SAVE_MESSAGES);
    this.cache = cache;
    this.exchanges = exchanges;
  }

  /** What came of one draft: known, or (a repeat) to be completed with how its turn stands. */
  sealed interface Saved {
    record Known(SaveOutcome outcome) implements Saved {}

    record Repeat(Receipt receipt) implements Saved {}
  }

  List<@Nullable Saved> write(List<MessageDraft> drafts, boolean again, boolean waitForLock) {
    List<ContextCache.@Nullable Window> known = new ArrayList<>(drafts.size());
    for (MessageDraft draft : drafts) {
      known.add(cache.get(draft.target().threadId()));
    }
    List<AnswerRowRecord> rows = saveMessages.rows(arguments(drafts, known, again, waitForLock));
    @Nullable Saved[] results = new Saved[drafts.size()];
    Map<Integer, List<AnswerRowRecord>> context = new HashMap<>();
    for (AnswerRowRecord row : rows) {
      if (row.getKind().equals("context")) {
        context.computeIfAbsent(row.getOrd(), ord -> new ArrayList<>()).add(row);
      }
    }
    for (AnswerRowRecord row : rows) {
      if (!row.getKind().equals("context")) {
        int i = row.getOrd() - 1;
        results[i] =
            result(row, drafts.get(i), known.get(i), context.getOrDefault(i + 1, List.of()));
      }
    }
    return Arrays.asList(results);
  }

  /** In the order of the function's parameters. */
  private List<Object> arguments(
      List<MessageDraft> drafts,
      List<ContextCache.@Nullable Window> known,
      boolean again,
      boolean waitForLock) {
    return List.of(
        column(drafts, UUID[]::new, draft -> draft.id().value()),
        column(drafts, UUID[]::new, draft -> draft.requestId().value()),
        column(drafts, UUID[]::new, draft -> draft.target().threadId().value()),
        column(
            drafts,
            String[]::new,
            draft -> draft.target() instanceof Target.New fresh ? fresh.title() : null),
        column(drafts, UUID[]::new, draft -> draft.author().value()),
        column(drafts, String[]::new, MessageDraft::content),
        column(drafts, String[]::new, draft -> draft.contentType().wireName()),
        column(drafts, Integer[]::new, MessageDraft::tokenCount),
        column(drafts, UUID[]::new, MessageDraft::clientMessageId),
        column(drafts, Long[]::new, MessageDraft::expectedPosition),
        column(drafts, Boolean[]::new, draft -> draft.whileBusy() == WhileBusy.REJECT),
        column(drafts, String[]::new, draft -> start(draft.start())),
        column(
            drafts,
            UUID[]::new,
            draft ->
                draft.start() instanceof TurnStart.RunNow(var lease)
                    ? lease.owner().value()
                    : null),
        column(
            drafts,
            Long[]::new,
            draft ->
                draft.start() instanceof TurnStart.RunNow(var lease)
                    ? lease.duration().toMillis()
                    : null),
        column(drafts, Long[]::new, draft -> draft.expiry().toMillis()),
        column(drafts, OffsetDateTime[]::new, draft -> offset(draft.at())),
        column(known, Long[]::new, window -> window == null ? null : window.position()),
        column(known, Integer[]::new, window -> window == null ? null : window.revision()),
        exchanges,
        ConversationStore.MAX_UNFINISHED_PER_THREAD,
        again,
        waitForLock);
  }

  private static String start(TurnStart start) {
    return switch (start) {
      case TurnStart.RunNow ignored -> "run";
      case TurnStart.Wait() -> "wait";
      case TurnStart.FailDisabled() -> "fail";
    };
  }

  static OffsetDateTime offset(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  static <T extends @Nullable Object, V> @Nullable V[] column(
      List<T> items, IntFunction<@Nullable V[]> array, Function<T, @Nullable V> value) {
    @Nullable V[] column = array.apply(items.size());
    for (int i = 0; i < column.length; i++) {
      column[i] = value.apply(items.get(i));
    }
    return column;
  }

  private @Nullable Saved result(
      AnswerRowRecord row,
      MessageDraft draft,
      ContextCache.@Nullable Window known,
      List<AnswerRowRecord> context) {
    return switch (row.getKind()) {
      case "saved" -> new Saved.Known(saved(row, draft, known, context));
      case "duplicate" -> new Saved.Repeat(receipt(row));
      case "not_found" -> new Saved.Known(new SaveOutcome.ThreadNotFound());
      case "conflict" -> new Saved.Known(new SaveOutcome.Conflict(row.getPosition()));
      case "idempotency" -> new Saved.Known(new SaveOutcome.IdempotencyConflict());
      case "busy" -> new Saved.Known(new SaveOutcome.Busy());
      case "locked" -> null;
      default -> throw new IllegalStateException("save_messages answered " + row.getKind());
    };
  }

  private static Receipt receipt(AnswerRowRecord row) {
    return new Receipt(
        new MessageId(row.getMessageId()),
        new ThreadId(row.getThreadId()),
        new RequestId(row.getTurnId()),
        row.getPosition(),
        row.getCreatedAt());
  }

  private SaveOutcome.Saved saved(
      AnswerRowRecord row,
      MessageDraft draft,
      ContextCache.@Nullable Window known,
      List<AnswerRowRecord> context) {
    Receipt receipt = receipt(row);
    if (!row.getFlag()) {
      return new SaveOutcome.Saved(receipt, null);
    }
    UserMessage question =
        new UserMessage(
            receipt.messageId(),
            receipt.threadId(),
            receipt.position(),
            draft.author(),
            draft.content(),
            draft.contentType(),
            draft.tokenCount(),
            draft.clientMessageId(),
            receipt.savedAt());
    Integer revision = row.getRevision();
    List<Exchange> earlier =
        isStillRight(known, receipt.position(), revision)
            ? requireNonNull(known).exchanges()
            : ContextAssembly.exchanges(context);
    if (revision != null) {
      cache.asked(revision, earlier, question);
    }
    ThreadContext threadContext =
        new ThreadContext(
            row.getTitle(), row.getSubject(), Rows.tier(row.getTier()), earlier, question);
    return new SaveOutcome.Saved(
        receipt,
        new ClaimedTurn(
            receipt.requestId(), row.getAttempt(), row.getTries(), false, threadContext));
  }

  /** The same test as the function's, which sends no context when it passes. */
  private static boolean isStillRight(
      ContextCache.@Nullable Window known, long position, @Nullable Integer revision) {
    return known != null
        && revision != null
        && known.position() == position - 1
        && known.revision() == revision;
  }
}
