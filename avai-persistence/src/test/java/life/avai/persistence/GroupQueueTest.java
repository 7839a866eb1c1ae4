package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A group of at most three numbers; those of one ten are of one key, and each is like itself. */
class GroupQueueTest {
  private final AtomicLong now = new AtomicLong();
  private GroupQueue<Integer> queue = lookingAgainAfter(Duration.ofHours(1));

  private GroupQueue<Integer> lookingAgainAfter(Duration pause) {
    return new GroupQueue<>(3, 2, 10, number -> number / 10, number -> number, pause, now::get);
  }

  @Test
  void whoComesAlone_waitsForNobody() {
    offer(10);
    assertThat(queue.poll()).containsExactly(10);
  }

  @Test
  void whatArrivesWhileAGroupIsWritten_goesTogether() {
    offer(10);
    List<Integer> first = queue.poll();
    offer(20, 30);
    assertThat(queue.poll()).isEmpty();
    queue.done(first);
    assertThat(queue.poll()).containsExactly(20, 30);
  }

  @Test
  void secondGroup_beginsWhenTwoMoreAreFull() {
    offer(10);
    List<Integer> first = queue.poll();
    offer(20, 30, 40, 50, 60);
    assertThat(queue.poll()).isEmpty();
    offer(70);
    assertThat(first).containsExactly(10);
    assertThat(queue.poll()).containsExactly(20, 30, 40);
    assertThat(queue.size()).isEqualTo(3);
    assertThat(queue.poll()).isEmpty();
  }

  @Test
  void secondGroup_beginsWhenTheFirstTakesLong() {
    offer(10);
    assertThat(queue.poll()).containsExactly(10);
    offer(20);
    pass(101);
    assertThat(queue.poll()).containsExactly(20);
    offer(30);
    pass(101);
    assertThat(queue.poll()).as("two are being written").isEmpty();
  }

  @Test
  void itemsOfOneKey_areNeverInTwoGroups() {
    offer(10);
    List<Integer> first = queue.poll();
    offer(11, 12, 20, 30, 40, 50);
    assertThat(queue.poll()).containsExactly(20, 30, 40);
    queue.done(first);
    assertThat(queue.size()).isEqualTo(3);
    pass(101);
    assertThat(queue.poll()).containsExactly(11, 12, 50);
  }

  @Test
  void twins_goOneAfterTheOther_andKeepTheirPlace() {
    offer(10, 10, 20);
    List<Integer> first = queue.poll();
    assertThat(first).containsExactly(10);
    queue.done(first);
    assertThat(queue.poll()).containsExactly(10, 20);
  }

  @Test
  void fullOrClosedQueue_takesNothing() {
    offer(IntStream.range(0, 10).toArray());
    assertThat(queue.offer(10)).isFalse();
    assertThat(queue.close()).hasSize(10);
    assertThat(queue.offer(10)).isFalse();
    assertThat(queue.take(List.of())).isEmpty();
  }

  @Test
  void whoeverWaitsForAGroup_isWoken() throws Exception {
    Lane one = new Lane();
    one.awaitWaiting();
    offer(10);
    assertThat(one.group()).containsExactly(10);
    Lane two = new Lane();
    two.awaitWaiting();
    offer(20, 30, 40, 50, 60, 70);
    assertThat(two.group()).containsExactly(20, 30, 40);
    Lane three = new Lane();
    three.awaitWaiting();
    queue.close();
    assertThat(three.group()).isEmpty();
  }

  @Test
  void whatWaitsBehindAGroupThatHangs_isTakenWhenNothingElseComes() throws Exception {
    queue = lookingAgainAfter(Duration.ofMillis(1));
    offer(10);
    assertThat(queue.poll()).containsExactly(10);
    Lane lane = new Lane();
    lane.awaitWaiting();
    offer(20);
    pass(101);
    assertThat(lane.group()).containsExactly(20);
  }

  /** Takes one group. */
  private final class Lane {
    private final CompletableFuture<List<Integer>> taken = new CompletableFuture<>();
    private final Thread thread =
        Thread.ofPlatform().daemon().start(() -> taken.complete(queue.take(List.of())));

    /** Until it can only go on when it is woken, or after the pause. */
    void awaitWaiting() {
      while (thread.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }

    List<Integer> group() throws Exception {
      return taken.get(60, TimeUnit.SECONDS);
    }
  }

  private void pass(long millis) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void offer(int... numbers) {
    for (int number : numbers) {
      assertThat(queue.offer(number)).isTrue();
    }
  }
}
