package life.avai.domain.conversation;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import life.avai.domain.Ids;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.TokenEstimator;
import life.avai.domain.message.ContentRules;
import life.avai.domain.ratelimit.RateLimiter;
import life.avai.domain.ratelimit.RateLimiter.Decision.Granted;
import life.avai.domain.thread.ThreadRepository;

/**
 * The use cases of conversations, put together over one store and one assistant.
 *
 * <p>{@link #start} begins to answer what waits; {@link #close} gives back what still runs. Safe
 * for use by many threads at once.
 */
public final class Conversations implements AutoCloseable {
  private final LiveThreads events = new LiveThreads();
  private final TurnDispatcher turns;
  private final CancelTurns cancel;
  private final SendMessage send;
  private final Regenerate regenerate;
  private final ManageThreads threads;

  private Conversations(Builder parts) {
    turns =
        new TurnDispatcher(
            parts.store,
            parts.assistant,
            events,
            new ContextWindow(parts.context, parts.tokens, parts.prompt),
            parts.settings,
            parts.clock,
            parts.ids,
            parts.listener);
    cancel = new CancelTurns(parts.store, events, turns, parts.settings, parts.clock);
    send =
        new SendMessage(
            parts.limiter,
            parts.content,
            parts.tokens,
            parts.store,
            events,
            turns,
            cancel,
            parts.settings,
            parts.clock,
            parts.ids);
    regenerate =
        new Regenerate(
            parts.limiter, parts.store, events, turns, parts.settings, parts.clock, parts.ids);
    threads = new ManageThreads(parts.threads, events, turns, parts.clock, parts.ids);
  }

  /**
   * Conversations kept in a store and answered by an assistant; both stay the caller's to close,
   * after these.
   *
   * @param threads of the same store
   */
  public static Builder over(
      ConversationStore store, ThreadRepository threads, Assistant assistant) {
    return new Builder(store, threads, assistant);
  }

  /** Begins to answer turns that wait, also those that an earlier process left. */
  public Conversations start() {
    turns.start();
    return this;
  }

  public SendMessage send() {
    return send;
  }

  public CancelTurns cancel() {
    return cancel;
  }

  public Regenerate regenerate() {
    return regenerate;
  }

  public ManageThreads threads() {
    return threads;
  }

  /** What happens in threads: messages, replies as they are written, outcomes. */
  public LiveThreads events() {
    return events;
  }

  public TurnDispatcher turns() {
    return turns;
  }

  /** Takes up no more turns, and leaves those that run to whoever is next. */
  @Override
  public void close() {
    turns.close();
  }

  /** Everything that may be chosen, with defaults. */
  public static final class Builder {
    private final ConversationStore store;
    private final ThreadRepository threads;
    private final Assistant assistant;
    private RateLimiter limiter = caller -> new Granted();
    private ContentRules content = ContentRules.DEFAULTS;
    private ContextLimits context = ContextLimits.DEFAULTS;
    private SystemPrompt prompt = SystemPrompt.DEFAULT;
    private TurnSettings settings = TurnSettings.DEFAULTS;
    private TokenEstimator tokens = TokenEstimator.byCharacterKind();
    private InstantSource clock = InstantSource.system();
    private Ids ids = Ids.timeOrdered();
    private TurnListener listener = summary -> {};

    private Builder(ConversationStore store, ThreadRepository threads, Assistant assistant) {
      this.store = requireNonNull(store, "store");
      this.threads = requireNonNull(threads, "threads");
      this.assistant = requireNonNull(assistant, "assistant");
    }

    /** How often somebody may send; by default as often as they like. */
    public Builder limiter(RateLimiter value) {
      limiter = requireNonNull(value, "limiter");
      return this;
    }

    /** What a message may hold. */
    public Builder content(ContentRules value) {
      content = requireNonNull(value, "content");
      return this;
    }

    /** How much of a thread the assistant is shown. */
    public Builder context(ContextLimits value) {
      context = requireNonNull(value, "context");
      return this;
    }

    /** What the assistant is told first. */
    public Builder prompt(SystemPrompt value) {
      prompt = requireNonNull(value, "prompt");
      return this;
    }

    /** How turns are run. */
    public Builder turns(TurnSettings value) {
      settings = requireNonNull(value, "settings");
      return this;
    }

    /** How the length of texts is estimated. */
    public Builder tokens(TokenEstimator value) {
      tokens = requireNonNull(value, "tokens");
      return this;
    }

    /** What time it is. */
    public Builder clock(InstantSource value) {
      clock = requireNonNull(value, "clock");
      return this;
    }

    /** Where ids come from. */
    public Builder ids(Ids value) {
      ids = requireNonNull(value, "ids");
      return this;
    }

    /** Who hears of every turn that was worked on. */
    public Builder listener(TurnListener value) {
      listener = requireNonNull(value, "listener");
      return this;
    }

    /** Puts it together; nothing runs before {@link Conversations#start}. */
    public Conversations build() {
      return new Conversations(this);
    }
  }
}
