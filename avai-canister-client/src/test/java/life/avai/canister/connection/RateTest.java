package life.avai.canister.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateTest {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final AtomicLong now = new AtomicLong();
  private final Rate rate = new Rate(now::get);

  @Test
  void nothingHasHappened_expectsNothingSoon() {
    assertThat(rate.until(1, LONGEST)).isEqualTo(LONGEST);
  }

  @Test
  void steadyPace_isExpectedToGoOn() {
    for (int i = 0; i < 1_000; i++) {
      now.addAndGet(Duration.ofMillis(100).toNanos());
      rate.happened();
    }
    assertThat(rate.until(20, LONGEST))
        .isBetween(Duration.ofMillis(1_900), Duration.ofMillis(2_100));
    assertThat(rate.until(10_000, LONGEST)).isEqualTo(LONGEST);
  }
}
