package life.avai.canister.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import life.avai.canister.Backoff;
import org.junit.jupiter.api.Test;

class DialPatienceTest {
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(11);

  /** Always the longest wait that is allowed. */
  private static final RandomGenerator LONGEST =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          throw new UnsupportedOperationException("no bound");
        }

        @Override
        public long nextLong(long bound) {
          return bound - 1;
        }
      };

  private final DialPatience patience =
      new DialPatience(new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10)));

  private long nextMillis() {
    return patience.beforeNext(LONGEST).toMillis();
  }

  @Test
  void failuresInARow_makeItDouble() {
    assertThat(nextMillis()).isEqualTo(100);
    assertThat(nextMillis()).isEqualTo(200);
    assertThat(nextMillis()).isEqualTo(400);
  }

  @Test
  void canisterThatAnswered_isDialledSoon() {
    patience.beforeNext(LONGEST);
    patience.beforeNext(LONGEST);
    patience.proven();
    patience.ended(SHORT, false);

    assertThat(nextMillis()).isEqualTo(100);
  }

  private long afterAnswerAndOffence() {
    patience.proven();
    patience.ended(SHORT, true);
    return nextMillis();
  }

  @Test
  void canisterThatAnswersAndThenBreaksTheRules_isForgivenThreeTimesAndThenDialledEverLater() {
    for (int i = 0; i < 3; i++) {
      assertThat(afterAnswerAndOffence()).isEqualTo(100);
    }
    for (long wait = 200; wait <= 6_400; wait *= 2) {
      assertThat(afterAnswerAndOffence()).isEqualTo(wait);
    }
    assertThat(afterAnswerAndOffence()).isEqualTo(10_000);
  }

  @Test
  void connectionThatLivedLong_makesGoodWhatWasBefore() {
    for (int i = 0; i < 6; i++) {
      long unused = afterAnswerAndOffence();
    }
    patience.ended(LONG, false);

    assertThat(nextMillis()).isEqualTo(100);
  }
}
