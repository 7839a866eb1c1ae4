package life.avai.canister.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class LatencyTest {
  private static final Offset<Double> A_LITTLE = within(0.5e6);

  private final AtomicLong now = new AtomicLong(42);
  private final Latency latency = new Latency(now::get);

  private void observe(int millis) {
    latency.observe(Duration.ofMillis(millis));
  }

  @Test
  void nothing_isKnownAtFirst() {
    assertThat(latency.isKnown()).isFalse();
    assertThat(latency.nanos()).isZero();
  }

  @Test
  void peak_isBelievedAtOnce() {
    observe(10);
    observe(300);
    assertThat(latency.nanos()).isCloseTo(300e6, A_LITTLE);
  }

  @Test
  void betterSamples_countByTheTimeThatHasPassed() {
    observe(300);
    observe(10);
    assertThat(latency.nanos()).isCloseTo(300e6, A_LITTLE);

    now.addAndGet(Duration.ofSeconds(60).toNanos());
    observe(10);
    assertThat(latency.nanos()).isCloseTo(10e6, A_LITTLE);
  }

  @Test
  void silence_letsItFade() {
    observe(300);
    now.addAndGet(Duration.ofSeconds(30).toNanos());
    assertThat(latency.nanos()).isCloseTo(300e6 / Math.E, A_LITTLE);
  }
}
