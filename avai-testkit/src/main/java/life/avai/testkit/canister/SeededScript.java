package life.avai.testkit.canister;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Words, pieces and pauses that a seed and the request decide, and nothing else: neither the time
 * nor what was asked before. The algorithm of {@link Random} is the same in every Java.
 */
record SeededScript(long seed) implements CanisterScript {
  private static final List<String> WORDS =
      List.of(
          "a ",
          "the ",
          "query ",
          "is ",
          "not ",
          "safe, ",
          "since ",
          "it ",
          "trusts ",
          "what ",
          "comes ",
          "in. ",
          "\ud83d\udd12 ",
          "für ",
          "\n",
          "SELECT 1; ",
          "\"quoted\" ");
  private static final int MOST_WORDS = 20;
  private static final int MOST_CHARS = 20;
  private static final int MOST_PAUSE_MS = 20;

  @Override
  public List<Step> stepsFor(ProcessRequest request) {
    var random = new Random(seed + 31L * request.question().hashCode() + request.attempt());
    var steps = new ArrayList<Step>();
    steps.add(Step.pause(pause(random)));
    if (random.nextInt(3) == 0) {
      steps.add(Step.progress("thinking", random.nextInt(101)));
    }
    int paragraphs = 1 + random.nextInt(3);
    for (int i = 0; i < paragraphs; i++) {
      int most = 1 + random.nextInt(MOST_CHARS);
      steps.add(Step.seededDeltas(text(random), most, random.nextLong(), pause(random)));
    }
    steps.add(Step.response());
    return steps;
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (int left = 1 + random.nextInt(MOST_WORDS); left > 0; left--) {
      text.append(WORDS.get(random.nextInt(WORDS.size())));
    }
    return text.toString();
  }

  private static Duration pause(Random random) {
    return Duration.ofMillis(random.nextInt(MOST_PAUSE_MS + 1));
  }
}
