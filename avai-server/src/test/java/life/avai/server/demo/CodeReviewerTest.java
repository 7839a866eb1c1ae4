package life.avai.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import life.avai.server.demo.CodeReviewer.Review;
import org.junit.jupiter.api.Test;

class CodeReviewerTest {
  private final CodeReviewer reviewer = new CodeReviewer();

  @Test
  void review_ofALineInProse_namesWhatWhyAndHowToMend() {
    Review review = reviewer.review("Review: String q = \"SELECT * FROM users WHERE id=\" + id;");

    assertThat(review.findings())
        .extracting(f -> f.rule().id())
        .containsExactly("sql-concatenation");
    assertThat(review.markdown())
        .contains(
            "I found **1 weakness**", "high (CWE-89)", "Line 1:", "**Why:**", "**How to mend it:**")
        .contains("fixed rules and no AI");
  }

  @Test
  void finding_ofAStatementOfSeveralLines_namesTheLineWhereItBegins() {
    Review review =
        reviewer.review(
            """
            ```java
            /* password = "hunter22" */
            var rows = db.query(
                // the id comes from the address
                "SELECT * FROM users WHERE id = "
                    + id);
            ```
            """);

    assertThat(review.findings()).hasSize(1);
    assertThat(review.findings().getFirst().line()).isEqualTo(4);
    assertThat(review.findings().getFirst().text()).startsWith("\"SELECT");
  }

  @Test
  void findings_beginWithTheWorst() {
    Review review = reviewer.review("```\nDEBUG = True\nx = Math.random();\neval(input)\n```");

    assertThat(review.findings())
        .extracting(f -> f.rule().severity())
        .containsExactly(Rule.Severity.HIGH, Rule.Severity.MEDIUM, Rule.Severity.LOW);
  }

  @Test
  void codeWithNothing_isNotCalledSafe() {
    assertThat(reviewer.review("```\nint a = 1;\n```").markdown())
        .contains("no proof that the code is safe", "no AI");
  }

  @Test
  void prose_isAnsweredByTheRuleThatItNames_elseByAGreeting() {
    assertThat(reviewer.review("What is an open redirect?").markdown()).startsWith("**Redirect to");
    assertThat(reviewer.review("Which model are you, and what can you open?").markdown())
        .startsWith("Hello.")
        .contains("no AI");
  }

  @Test
  void quotedFences_doNotEndTheReportsOwn() {
    Review review = reviewer.review("```\neval(a + '``' + '`')\n```");

    assertThat(review.markdown().split("```", -1)).hasSize(3);
  }
}
