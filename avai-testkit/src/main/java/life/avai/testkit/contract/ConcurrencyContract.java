package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import life.avai.domain.conversation.SaveOutcome;
import life.avai.domain.conversation.SaveOutcome.Duplicate;
import life.avai.domain.conversation.SaveOutcome.Receipt;
import life.avai.domain.conversation.SaveOutcome.Saved;
import life.avai.domain.message.Message;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.ClaimedTurn;
import life.avai.domain.turn.RequestId;
import life.avai.testkit.fixture.DraftBuilder;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** What must hold when many do something at once. */
abstract class ConcurrencyContract extends StoreContract {
  /** Does something many times at once, each on a thread of its own, and gives what came of it. */
  static <T> List<T> atOnce(int times, IntFunction<T> work) {
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        int number = i;
        Callable<T> task =
            () -> {
              go.await();
              return work.apply(number);
            };
        futures.add(threads.submit(task));
      }
      go.countDown();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(30, TimeUnit.SECONDS));
      }
      return results;
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("not done", e);
    }
  }

  private static Receipt receipt(SaveOutcome outcome) {
    return switch (outcome) {
      case Saved saved -> saved.receipt();
      case Duplicate duplicate -> duplicate.receipt();
      default -> throw new AssertionError("neither saved nor a duplicate: " + outcome);
    };
  }

  private void assertDense(ThreadId thread, int messages) {
    assertThat(history(thread).messages())
        .extracting(Message::position)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, messages).boxed().toList());
    assertThat(found(thread).messageCount()).isEqualTo(messages);
  }

  @Test
  void manySavesIntoOneThread_getDensePositionsOfTheirOwn() {
    ThreadId thread = thread();

    List<Receipt> receipts =
        atOnce(60, i -> receipt(store.save(draft(thread).content("m" + i).build())));

    assertDense(thread, 60);
    List<Message> kept = history(thread).messages();
    assertThat(receipts)
        .allSatisfy(receipt ->
            assertThat(kept.get((int) receipt.position() - 1).id()).isEqualTo(receipt.messageId()));
  }

  @Test
  void manySavesIntoOneThread_runOneTurnAtATime() {
    ThreadId thread = thread();

    List<SaveOutcome> outcomes = atOnce(40, i -> store.save(draft(thread).runNow(lease).build()));

    assertThat(outcomes)
        .filteredOn(outcome -> outcome instanceof Saved saved && saved.turn() != null)
        .hasSize(1);
    assertThat(store.waitingTurns()).isEqualTo(39);
  }

  @Test
  void manySavesIntoSeveralThreads_doNotMix() {
    List<ThreadId> threads = IntStream.range(0, 6).mapToObj(i -> thread()).toList();

    List<Receipt> receipts =
        atOnce(
            90, i -> receipt(store.save(draft(threads.get(i % 6)).content("t" + i % 6).build())));

    assertThat(receipts).hasSize(90);
    for (int i = 0; i < 6; i++) {
      assertDense(threads.get(i), 15);
      assertThat(contents(threads.get(i))).containsOnly("t" + i);
    }
  }

  @Test
  void aHundredSendsOfOneClientMessageId_keepOneMessage() {
    ThreadId thread = thread();
    DraftBuilder draft = draft(thread).clientMessageId(UUID.randomUUID());

    List<SaveOutcome> outcomes = atOnce(100, i -> store.save(draft.again().build()));

    assertThat(outcomes).filteredOn(Saved.class::isInstance).hasSize(1);
    assertThat(outcomes)
        .extracting(ConcurrencyContract::receipt)
        .containsOnly(receipt(outcomes.getFirst()));
    assertDense(thread, 1);
    assertThat(store.unfinished(thread)).hasSize(1);
  }

  @Test
  void aHundredOpeningSendsOfOneClientMessageId_makeOneThread() {
    UUID id = UUID.randomUUID();

    List<SaveOutcome> outcomes =
        atOnce(100, i -> store.save(Fixtures.opening(owner.userId()).clientMessageId(id).build()));

    assertThat(outcomes)
        .extracting(ConcurrencyContract::receipt)
        .containsOnly(receipt(outcomes.getFirst()));
    assertThat(stores.threads().list(owner.userId(), 10, null, false).total()).isEqualTo(1);
  }

  @Test
  void manyClaims_giveEachTurnToOne() {
    List<RequestId> waiting =
        IntStream.range(0, 30).mapToObj(i -> waiting(draft(thread()))).toList();

    List<RequestId> claimed =
        atOnce(
                10,
                i ->
                    store.claim(Fixtures.lease(LONG), 5, null).stream()
                        .map(ClaimedTurn::id)
                        .toList())
            .stream()
            .flatMap(List::stream)
            .toList();

    Set<RequestId> once = new HashSet<>(claimed);
    assertThat(claimed).hasSameSizeAs(once);
    assertThat(waiting).containsAll(once);
  }

  @Test
  void savesAndEndsAtOnce_keepTheCountersRight() {
    ThreadId thread = thread();
    ClaimedTurn running = running(thread);

    List<Boolean> done =
        atOnce(
            21,
            i -> {
              if (i == 0) {
                return answered(running, "Yes.").reply() != null;
              }
              return receipt(store.save(draft(thread).build())).position() > 0;
            });

    assertThat(done).containsOnly(true);
    assertDense(thread, 22);
  }
}
