package life.avai.server.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.demo.Statements.Statement;

/** Looks at pasted code by fixed rules and says what it found, as Markdown. Pure. */
final class CodeReviewer {
  private static final Pattern FENCE = Pattern.compile("(?s)```[^\\n]*\\n(.*?)(?:```|\\z)");
  private static final Pattern LOOKS_LIKE_CODE =
      Pattern.compile(
          "[;{}]\\s*$|\\w\\(.*\\)|^\\s*(?:import|def|class|public|const|let|var|function|#include)\\b|[=+]\\s*[\"'`]|</?\\w+>",
          Pattern.MULTILINE);
  private static final Set<String> EVERYDAY =
      Set.of(
          "hard", "coded", "weak", "open", "mode", "path", "world", "key", "private", "disabled");
  private static final int MAX_SHOWN = 160;

  /** A weakness that was found, and where. */
  record Finding(Rule rule, int line, String text) {}

  /** What there is to say, and what was found. */
  record Review(String markdown, List<Finding> findings) {}

  CodeReviewer() {}

  /** Reviews a message. */
  Review review(String message) {
    String code = code(message);
    if (code.isEmpty()) {
      return new Review(greeting(message), List.of());
    }
    List<Finding> findings = findings(code);
    return new Review(findings.isEmpty() ? nothingFound() : report(findings), findings);
  }

  /** What of a message is code: what is fenced, else all of it if it looks like code. */
  private static String code(String message) {
    StringBuilder fenced = new StringBuilder();
    Matcher matcher = FENCE.matcher(message);
    while (matcher.find()) {
      fenced.append(matcher.group(1)).append('\n');
    }
    if (!fenced.isEmpty()) {
      return fenced.toString();
    }
    return LOOKS_LIKE_CODE.matcher(message).find() ? message : "";
  }

  private static List<Finding> findings(String code) {
    List<Rule> rules = Rules.ALL.stream().filter(rule -> rule.appliesTo(code)).toList();
    List<String> lines = code.lines().toList();
    List<Finding> findings = new ArrayList<>();
    for (Statement statement : Statements.of(code)) {
      for (Rule rule : rules) {
        rule.find(statement.text())
            .ifPresent(at -> {
              int line = statement.lineAt(at);
              findings.add(new Finding(rule, line, lines.get(line - 1).strip()));
            });
      }
    }
    findings.sort(
        Comparator.comparing((Finding finding) -> finding.rule().severity())
            .thenComparingInt(Finding::line));
    return findings;
  }

  private static String report(List<Finding> findings) {
    StringBuilder out = new StringBuilder("## Review\n\n");
    out.append("I found **")
        .append(findings.size())
        .append(findings.size() == 1 ? " weakness" : " weaknesses")
        .append("**.\n");
    int number = 1;
    for (Finding finding : findings) {
      Rule rule = finding.rule();
      out.append("\n### ")
          .append(number++)
          .append(". ")
          .append(rule.title())
          .append(" — ")
          .append(rule.severity().name().toLowerCase(Locale.ROOT))
          .append(" (CWE-")
          .append(rule.cwe())
          .append(")\n\nLine ")
          .append(finding.line())
          .append(":\n\n```\n")
          .append(shown(finding.text()))
          .append("\n```\n\n**Why:** ")
          .append(rule.why())
          .append("\n\n**How to mend it:** ")
          .append(rule.mend())
          .append('\n');
    }
    return out.append(disclaimer()).toString();
  }

  private static String shown(String line) {
    String plain = line.replace("```", "'''");
    return plain.codePointCount(0, plain.length()) <= MAX_SHOWN
        ? plain
        : plain.substring(0, plain.offsetByCodePoints(0, MAX_SHOWN)) + "…";
  }

  private static String nothingFound() {
    return "None of my "
        + Rules.ALL.size()
        + " rules matched. That is no proof that the code is safe: I look at single statements and do not"
        + " follow data through a program.\n"
        + disclaimer();
  }

  private static String greeting(String message) {
    List<String> words = List.of(message.toLowerCase(Locale.ROOT).split("[^\\p{Alnum}]+", -1));
    for (Rule rule : Rules.ALL) {
      for (String word : rule.id().split("-", -1)) {
        if (!EVERYDAY.contains(word) && words.contains(word)) {
          return "**"
              + rule.title()
              + "** (CWE-"
              + rule.cwe()
              + "). "
              + rule.why()
              + "\n\n**How to mend it:** "
              + rule.mend()
              + "\n"
              + disclaimer();
        }
      }
    }
    return "Hello. Paste some code and I will look at it, for example:\n\n```java\n"
        + "String q = \"SELECT * FROM users WHERE id=\" + id;\n```\n"
        + disclaimer();
  }

  private static String disclaimer() {
    return "\n---\n*This is the demo canister: "
        + Rules.ALL.size()
        + " fixed rules and no AI. It sees patterns, not meaning.*\n";
  }
}
