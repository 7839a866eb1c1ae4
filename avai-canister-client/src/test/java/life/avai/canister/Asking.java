package life.avai.canister;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.net.ssl.TrustManagerFactory;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.Role;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.testkit.canister.FakeCanister;

/** A client of one or more canisters, as the domain uses it, and what happened at it. */
final class Asking implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(20);
  static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /** One question on its way. */
  static final class Question implements ReplySink {
    final AssistantRequest request;
    final List<String> deltas = new CopyOnWriteArrayList<>();
    final List<String> progress = new CopyOnWriteArrayList<>();
    final CompletableFuture<AssistantReply> outcome = new CompletableFuture<>();
    private final Semaphore changed = new Semaphore(0);
    private Thread asker;

    private Question(AssistantRequest request) {
      this.request = request;
    }

    @Override
    public void delta(String text) {
      deltas.add(text);
      changed.release();
    }

    @Override
    public void progress(String step, Double percentage) {
      progress.add(step + " " + percentage);
      changed.release();
    }

    String id() {
      return request.requestId().toString();
    }

    AssistantReply outcome() {
      try {
        return outcome.get(LONG.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new AssertionError("no outcome; deltas: " + deltas, e);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    <R extends AssistantReply> R outcome(Class<R> kind) {
      AssistantReply reply = outcome();
      if (!kind.isInstance(reply)) {
        throw new AssertionError("expected " + kind.getSimpleName() + " but was " + reply);
      }
      return kind.cast(reply);
    }

    void awaitDelta() {
      try {
        if (!changed.tryAcquire(LONG.toSeconds(), TimeUnit.SECONDS)) {
          throw new AssertionError("no delta");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    void interrupt() {
      asker.interrupt();
    }
  }

  /** What the client reports for metrics. */
  static final class Reports implements CanisterEvents {
    final List<String> dropped = new CopyOnWriteArrayList<>();
    final List<String> outcomes = new CopyOnWriteArrayList<>();
    final List<String> disconnects = new CopyOnWriteArrayList<>();
    final List<Integer> replaced = new CopyOnWriteArrayList<>();
    final List<String> circuits = new CopyOnWriteArrayList<>();
    final AtomicInteger slowed = new AtomicInteger();
    private final Semaphore happened = new Semaphore(0);

    @Override
    public void disconnected(URI url, String reason) {
      disconnects.add(reason);
      happened.release();
    }

    @Override
    public void finished(URI url, String outcome, Duration after) {
      outcomes.add(outcome);
      happened.release();
    }

    @Override
    public void dropped(URI url, String reason) {
      dropped.add(reason);
      happened.release();
    }

    @Override
    public void replaced(URI url, int characters) {
      replaced.add(characters);
    }

    @Override
    public void slowed(URI url) {
      slowed.incrementAndGet();
    }

    @Override
    public void circuit(URI url, CanisterState.Circuit state) {
      circuits.add(state.label());
    }

    void await(BooleanSupplier state) {
      while (!state.getAsBoolean()) {
        try {
          if (!happened.tryAcquire(LONG.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("dropped " + dropped + ", lost " + disconnects);
          }
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  final Reports reports = new Reports();
  final CanisterAssistant assistant;
  private final Semaphore statusChanges = new Semaphore(0);

  Asking(CanisterSettings settings) {
    assistant = new CanisterAssistant(settings, reports);
    assistant.onStatusChange(statusChanges::release);
  }

  /** A client that is connected to a canister. */
  static Asking connected(FakeCanister canister) {
    return new Asking(settings(canister.url())).awaitConnected(1);
  }

  static CanisterSettings settings(URI... urls) {
    return settings(LONG, LONG, null, urls);
  }

  /** Patience for the first sign of life, and between two. */
  static CanisterSettings settings(Duration first, Duration idle, URI... urls) {
    return settings(first, idle, null, urls);
  }

  static CanisterSettings settings(
      Duration first, Duration idle, TrustManagerFactory trust, URI... urls) {
    return new CanisterSettings(
        List.of(urls),
        "a-token",
        trust,
        1,
        4,
        CanisterTimeouts.DEFAULTS.withSilence(first, idle),
        InboundBudget.DEFAULTS.withReplyChars(1_000),
        new Backoff(Duration.ofMillis(5), Duration.ofMillis(50)),
        CircuitSettings.DEFAULTS);
  }

  /** The same, pinging more often. */
  static CanisterSettings pinging(Duration heartbeat, URI url) {
    return settings(url)
        .withTimeouts(
            new CanisterTimeouts(
                Duration.ofSeconds(5), heartbeat, LONG, LONG, Duration.ofSeconds(1), null));
  }

  Asking awaitConnected(int canisters) {
    return awaitStatus(status -> status.connected() == canisters);
  }

  Asking awaitStatus(java.util.function.Predicate<AssistantStatus> wanted) {
    while (!wanted.test(assistant.status())) {
      try {
        if (!statusChanges.tryAcquire(LONG.toSeconds(), TimeUnit.SECONDS)) {
          throw new AssertionError("still " + assistant.status());
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return this;
  }

  static AssistantRequest request(int attempt, Duration timeLeft) {
    return new AssistantRequest(
        new RequestId(UUID.randomUUID()),
        attempt,
        new ThreadId(UUID.randomUUID()),
        "user_2abc",
        "Be careful.",
        List.of(
            new ContextMessage(Role.USER, "Earlier?", NOON),
            new ContextMessage(Role.ASSISTANT, "Yes.", NOON.plusSeconds(1)),
            new ContextMessage(
                Role.USER, "Is \"this\" safe?\n\uD83D\uDE00", NOON.plusMillis(2500))),
        "A \"title\"",
        Tier.PRO,
        NOON.plusSeconds(3),
        17,
        timeLeft);
  }

  Question ask() {
    return ask(request(1, LONG));
  }

  Question ask(AssistantRequest request) {
    Question question = new Question(request);
    question.asker =
        Thread.ofVirtual()
            .start(() -> {
              try {
                question.outcome.complete(assistant.reply(request, question));
              } catch (Throwable e) {
                question.outcome.completeExceptionally(e);
              }
            });
    return question;
  }

  @Override
  public void close() {
    assistant.close();
  }
}
