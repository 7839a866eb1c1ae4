package life.avai.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MutableClockTest {
  @Test
  void time_standsStillUntilItIsMoved() {
    MutableClock clock = MutableClock.at(Instant.EPOCH);
    assertThat(clock.instant()).isEqualTo(Instant.EPOCH);
    assertThat(clock.advance(Duration.ofSeconds(3))).isEqualTo(Instant.ofEpochSecond(3));
    assertThat(clock.instant()).isEqualTo(Instant.ofEpochSecond(3));
    clock.set(Instant.ofEpochSecond(1));
    assertThat(clock.millis()).isEqualTo(1_000);
  }
}
