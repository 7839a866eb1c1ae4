package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import life.avai.domain.StoreUnavailableException;
import life.avai.testkit.contract.Eventually;
import org.junit.jupiter.api.Test;

class WaitingTurnsTest {
  @Test
  void manyWhoAskWhileALookIsUnderWay_shareTheNext() throws InterruptedException {
    AtomicInteger looks = new AtomicInteger();
    CountDownLatch held = new CountDownLatch(1);
    WaitingTurns waiting =
        new WaitingTurns(() -> {
          int look = looks.incrementAndGet();
          if (look == 1) {
            awaitOpen(held);
          }
          return look;
        });
    Thread first = Thread.ofPlatform().start(waiting::count);
    awaitThat(() -> looks.get() == 1);
    List<Long> told = new ArrayList<>();
    List<Thread> others =
        Stream.generate(() ->
                Thread.ofPlatform()
                    .start(() -> {
                      long count = waiting.count();
                      synchronized (told) {
                        told.add(count);
                      }
                    }))
            .limit(50)
            .toList();
    awaitThat(() -> others.stream().allMatch(each -> each.getState() == Thread.State.WAITING));
    held.countDown();
    first.join();
    for (Thread each : others) {
      each.join();
    }
    assertThat(told).hasSize(50).containsOnly(2L);
  }

  @Test
  void whoAsksAgain_isToldWhatIsTrueThen() {
    AtomicLong now = new AtomicLong();
    WaitingTurns waiting = new WaitingTurns(now::get);
    for (long value = 0; value < 4; value++) {
      now.set(value);
      assertThat(waiting.count()).isEqualTo(value);
    }
  }

  @Test
  void whileTheStoreIsAway_whatWasKnownLastIsTold() {
    AtomicLong now = new AtomicLong(7);
    WaitingTurns waiting =
        new WaitingTurns(() -> {
          if (now.get() < 0) {
            throw new StoreUnavailableException("away", null);
          }
          return now.get();
        });
    assertThat(waiting.count()).isEqualTo(7);
    now.set(-1);
    assertThat(waiting.count()).isEqualTo(7);
  }

  private static void awaitThat(BooleanSupplier condition) {
    var unused =
        Eventually.found(() -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
