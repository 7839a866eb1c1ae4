package life.avai.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import life.avai.domain.assistant.TokenEstimator;
import org.junit.jupiter.api.Test;

/** What every {@link TokenEstimator} must do; each adapter's test class extends it. */
public abstract class TokenEstimatorContract {
  private static final String MIXED =
      "Is `eval(x)` safe?\n\t 42 percent: na\u00efve \u4f60\u597d \u041f\u0440\u0438\u0432\u0435\u0442 \uD83D\uDE00 {}();";

  /** The estimator that is put to the test. */
  protected abstract TokenEstimator estimator();

  @Test
  void estimate_ofNothing_isZero() {
    assertThat(estimator().estimate("")).isZero();
  }

  @Test
  void estimate_ofAnything_isAtLeastOne() {
    MIXED
        .codePoints()
        .forEach(c -> assertThat(estimator().estimate(Character.toString(c))).isPositive());
  }

  @Test
  void estimate_ofALongerText_isNeverLess() {
    String text = MIXED.repeat(3);
    int before = 0;
    for (int end = 0; end <= text.length(); end++) {
      int now = estimator().estimate(text.substring(0, end));
      assertThat(now).isGreaterThanOrEqualTo(before);
      before = now;
    }
  }

  @Test
  void estimate_ofTheSameText_isTheSame() {
    assertThat(estimator().estimate(MIXED)).isEqualTo(estimator().estimate(MIXED));
  }
}
