package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A group of at most three numbers; those of one ten are of one key, and each is like itself. */
class GroupQueueTest {
  private long now;
  private final GroupQueue<Integer> queue =
      new GroupQueue<>(3, 2, 10, number -> number / 10, number -> number, () -> now);

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
    now += Duration.ofMillis(101).toNanos();
    assertThat(queue.poll()).containsExactly(20);
    offer(30);
    now += Duration.ofMillis(101).toNanos();
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
    now += Duration.ofMillis(101).toNanos();
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
    try (ExecutorService lanes = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Integer>> one = lanes.submit(() -> queue.take(List.of()));
      offer(10);
      assertThat(one.get()).containsExactly(10);
      Future<List<Integer>> two = lanes.submit(() -> queue.take(List.of()));
      offer(20, 30, 40, 50, 60, 70);
      assertThat(two.get()).containsExactly(20, 30, 40);
      Future<List<Integer>> three = lanes.submit(() -> queue.take(List.of(10)));
      queue.close();
      assertThat(three.get()).isEmpty();
    }
  }

  private void offer(int... numbers) {
    for (int number : numbers) {
      assertThat(queue.offer(number)).isTrue();
    }
  }
}
