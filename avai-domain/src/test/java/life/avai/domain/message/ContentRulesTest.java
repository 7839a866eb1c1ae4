package life.avai.domain.message;

import static org.assertj.core.api.Assertions.assertThat;

import life.avai.domain.message.ContentRules.Problem;
import org.junit.jupiter.api.Test;

class ContentRulesTest {
  private final ContentRules rules = new ContentRules(4);

  @Test
  void length_isCountedInCodePoints() {
    assertThat(rules.check("😀😀😀😀")).isNull();
    assertThat(rules.check("abcde")).isEqualTo(Problem.TOO_LONG);
    assertThat(rules.check("")).isEqualTo(Problem.EMPTY);
  }

  @Test
  void whatPostgresCannotKeep_isRefused() {
    assertThat(rules.check("a\0")).isEqualTo(Problem.NOT_STORABLE);
    assertThat(rules.check("\ud83d")).isEqualTo(Problem.NOT_STORABLE);
    assertThat(rules.check("\ude00")).isEqualTo(Problem.NOT_STORABLE);
    assertThat(rules.check("\ud83dx")).isEqualTo(Problem.NOT_STORABLE);
    assertThat(rules.check("\ud83d\ude00")).isNull();
  }
}
