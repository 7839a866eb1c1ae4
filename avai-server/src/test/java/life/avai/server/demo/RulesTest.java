package life.avai.server.demo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule against the examples in {@code examples.txt}. */
class RulesTest {
  record Example(String rule, boolean found, String code) {
    @Override
    public String toString() {
      return rule + (found ? " finds: " : " leaves: ") + code.replace("\n", "⏎");
    }
  }

  static Stream<Example> examples() throws IOException {
    try (InputStream in = RulesTest.class.getResourceAsStream("examples.txt")) {
      String text = new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      List<Example> examples = new ArrayList<>();
      for (String section : text.split("(?m)^## ", -1)) {
        String rule = section.lines().findFirst().orElse("");
        for (String block : section.substring(rule.length()).strip().split("\n\\s*\n", -1)) {
          if (block.startsWith("+ ") || block.startsWith("- ")) {
            String code =
                String.join(
                    "\n",
                    block.lines().map(line -> line.substring(Math.min(2, line.length()))).toList());
            examples.add(new Example(rule, block.startsWith("+"), code));
          }
        }
      }
      return examples.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void rule_findsAndLeaves(Example example) {
    List<String> found =
        new CodeReviewer()
            .review("```\n" + example.code() + "\n```").findings().stream()
                .map(finding -> finding.rule().id())
                .toList();

    if (example.found()) {
      assertThat(found).contains(example.rule());
    } else {
      assertThat(found).doesNotContain(example.rule());
    }
  }

  @Test
  void everyRule_hasExamplesOfBothKinds() throws IOException {
    List<Example> examples = examples().toList();

    assertThat(Rules.ALL).hasSizeGreaterThanOrEqualTo(15);
    for (Rule rule : Rules.ALL) {
      assertThat(examples)
          .filteredOn(e -> e.rule().equals(rule.id()) && e.found())
          .hasSizeGreaterThan(1);
      assertThat(examples)
          .filteredOn(e -> e.rule().equals(rule.id()) && !e.found())
          .hasSizeGreaterThan(1);
    }
  }
}
