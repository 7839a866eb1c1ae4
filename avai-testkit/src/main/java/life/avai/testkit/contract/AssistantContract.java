package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantReply.Broken;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantReply.Failed;
import life.avai.domain.assistant.AssistantReply.NotAsked;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.assistant.ReplySink;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.Role;
import life.avai.domain.turn.RequestId;
import life.avai.testkit.contract.ModelBehaviour.Answers;
import life.avai.testkit.contract.ModelBehaviour.Breaks;
import life.avai.testkit.contract.ModelBehaviour.Echoes;
import life.avai.testkit.contract.ModelBehaviour.Hangs;
import life.avai.testkit.contract.ModelBehaviour.IsAway;
import life.avai.testkit.contract.ModelBehaviour.Refuses;
import life.avai.testkit.fixture.Fixtures;
import life.avai.testkit.internal.Monitor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Assistant} must do; each adapter's test class extends it.
 *
 * <p>The adapter's test makes its model behave as it is told, with whatever stands in for the
 * model: a fake server, a script.
 */
public abstract class AssistantContract {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final List<String> PIECES =
      List.of("Never ", "trust \"it\": ", "\ud83d\ude00\n", "\\u0041 <b>", " 'x' OR 1=1", ".");
  private static final String WHOLE = String.join("", PIECES);

  /**
   * An assistant whose model behaves so; ready to be asked unless the model is away. Called once in
   * every test, which does not close it.
   */
  protected abstract Assistant assistant(ModelBehaviour model) throws Exception;

  /** Waits until the model was told to stop. Does nothing where that cannot be seen. */
  protected void awaitToldToStop() {}

  @Test
  void anAnswer_isStreamedInOrder_andThenWhole() throws Exception {
    Assistant assistant = assistant(new Answers(PIECES));
    Question question = new Question("Is it safe?");

    assertThat(question.ask(assistant))
        .isInstanceOfSatisfying(
            Completed.class,
            completed -> assertThat(completed.completion().text()).isEqualTo(WHOLE));
    assertThat(question.text()).isEqualTo(WHOLE);
  }

  @Test
  void manyAtOnce_getTheirOwnAnswers() throws Exception {
    Assistant assistant = assistant(new Echoes());
    List<Question> questions =
        IntStream.range(0, 4).mapToObj(i -> new Question("Question " + i + "!".repeat(i))).toList();
    questions.forEach(question -> question.start(assistant));
    for (Question question : questions) {
      assertThat(question.await())
          .isInstanceOfSatisfying(
              Completed.class,
              completed -> assertThat(completed.completion().text()).isEqualTo(question.asked()));
      assertThat(question.text()).isEqualTo(question.asked());
    }
  }

  @Test
  void oneAfterAnother_areAllAnswered() throws Exception {
    Assistant assistant = assistant(new Answers(PIECES));
    for (int i = 0; i < 5; i++) {
      assertThat(new Question("Question " + i).ask(assistant)).isInstanceOf(Completed.class);
    }
  }

  @Test
  void aLostAttempt_isReturned_notThrown() throws Exception {
    Assistant assistant = assistant(new Breaks(List.of("Never ", "trust")));
    Question question = new Question("Is it safe?");

    assertThat(question.ask(assistant))
        .isInstanceOfSatisfying(
            Broken.class,
            broken -> {
              assertThat(broken.reason()).isNotBlank();
              assertThat(broken.retryAfter()).isGreaterThanOrEqualTo(Duration.ZERO);
            });
    assertThat("Never trust").startsWith(question.text());
  }

  @Test
  void aRefusal_isReturned_notThrown() throws Exception {
    Assistant assistant = assistant(new Refuses());

    assertThat(new Question("Is it safe?").ask(assistant))
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> {
              assertThat(failed.reason()).isNotBlank();
              assertThat(failed.retryAfter()).isGreaterThanOrEqualTo(Duration.ZERO);
            });
  }

  @Test
  void aModelThatIsAway_isNotAsked() throws Exception {
    Assistant assistant = assistant(new IsAway());

    assertThat(assistant.status().isReachable()).isFalse();
    assertThat(assistant.status().capacity()).isZero();
    Question question = new Question("Is anybody there?");
    assertThat(question.ask(assistant))
        .isInstanceOfSatisfying(
            NotAsked.class,
            notAsked -> assertThat(notAsked.retryAfter()).isGreaterThanOrEqualTo(Duration.ZERO));
    assertThat(question.text()).isEmpty();
  }

  @Test
  void aModelThatIsThere_hasRoom() throws Exception {
    var status = assistant(new Answers(PIECES)).status();

    assertThat(status.isReachable()).isTrue();
    assertThat(status.connected()).isBetween(1, status.configured());
    assertThat(status.capacity()).isPositive();
  }

  @Test
  void whoeverIsInterrupted_goesOnAtOnce_andNothingMoreIsStreamed() throws Exception {
    Assistant assistant = assistant(new Hangs(List.of("Never ", "trust")));
    Question question = new Question("Is it safe?");
    question.start(assistant);
    question.awaitText("Never trust");
    question.interrupt();

    question.awaitInterrupted();
    awaitToldToStop();
    assertThat(question.text()).isEqualTo("Never trust");
  }

  @Test
  void aTurn_canBeAskedAgain_asAnotherAttempt() throws Exception {
    Assistant assistant = assistant(new Answers(PIECES));
    Question first = new Question("Is it safe?");
    assertThat(first.ask(assistant)).isInstanceOf(Completed.class);
    Question second = first.again();

    assertThat(second.ask(assistant)).isInstanceOf(Completed.class);
    assertThat(second.text()).isEqualTo(WHOLE);
  }

  @Test
  void whoWantsToKnowTheStatus_canSaySo_manyTimes() throws Exception {
    Assistant assistant = assistant(new Answers(PIECES));
    for (int i = 0; i < 100; i++) {
      assistant.onStatusChange(() -> {});
    }
    assertThat(new Question("Is it safe?").ask(assistant)).isInstanceOf(Completed.class);
  }

  /** One question, and what came of it; checks that its sink is called as the port says. */
  private static final class Question implements ReplySink {
    private final AssistantRequest request;
    private final CompletableFuture<AssistantReply> reply = new CompletableFuture<>();
    private final Monitor monitor = new Monitor();
    private final StringBuilder text = new StringBuilder(); // guarded by monitor
    private @Nullable Thread asker;
    private volatile boolean inSink;

    Question(String text) {
      this(Fixtures.requestId(), 1, text);
    }

    private Question(RequestId id, int attempt, String text) {
      request =
          new AssistantRequest(
              id,
              attempt,
              Fixtures.threadId(),
              "user_1",
              "Be careful.",
              List.of(new ContextMessage(Role.USER, text, Fixtures.NOON)),
              "A thread",
              Tier.FREE,
              Fixtures.NOON,
              10,
              LONG);
    }

    Question again() {
      return new Question(request.requestId(), request.attempt() + 1, asked());
    }

    String asked() {
      return request.messages().getLast().content();
    }

    AssistantReply ask(Assistant assistant) {
      start(assistant);
      return await();
    }

    void start(Assistant assistant) {
      asker =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  reply.complete(assistant.reply(request, this));
                } catch (Throwable e) {
                  reply.completeExceptionally(e);
                }
              });
    }

    AssistantReply await() {
      try {
        return reply.get(LONG.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new AssertionError("no reply; streamed: " + text(), e);
      }
    }

    void interrupt() {
      if (asker != null) {
        asker.interrupt();
      }
    }

    void awaitInterrupted() throws Exception {
      try {
        AssistantReply unexpected = reply.get(LONG.toSeconds(), TimeUnit.SECONDS);
        throw new AssertionError("not interrupted but " + unexpected);
      } catch (ExecutionException e) {
        assertThat(e.getCause()).isInstanceOf(InterruptedException.class);
      }
    }

    @Override
    public void delta(String piece) {
      assertThat(inSink).as("the sink is called by one thread at a time").isFalse();
      inSink = true;
      assertThat(reply).as("nothing comes after the reply").isNotDone();
      assertThat(piece).isNotEmpty();
      monitor.update(() -> text.append(piece));
      inSink = false;
    }

    String text() {
      return monitor.read(text::toString);
    }

    void awaitText(String wanted) {
      boolean unused =
          monitor.await(
              () -> wanted.contentEquals(text) ? true : null,
              LONG,
              () -> wanted + ", but streamed was: " + text);
    }
  }
}
