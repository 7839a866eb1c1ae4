package life.avai.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What reads other people's texts, with texts that are nearly right. Every input in {@code
 * src/test/resources/life/avai/server/fuzz} is tried as it is, and then so many changes of them.
 * {@link GuidedFuzzing} goes further, and takes longer.
 *
 * <p>{@code -Dfuzz.runs=5000000} tries more, {@code -Dfuzz.seed=7} others. An input that breaks
 * something is written to {@code target/fuzz}: mend the code, and move the file into the corpus.
 */
class FuzzTest {
  private static final int RUNS = Integer.getInteger("fuzz.runs", 20_000);
  private static final long SEED = Long.getLong("fuzz.seed", 1);

  /** Far beyond what any input takes: for one that makes the code go round for ever. */
  private static final long MAX_NANOS_OF_ONE = 5_000_000_000L;

  @ParameterizedTest
  @EnumSource
  void whateverComes_isRead(Target target) throws Exception {
    List<String> corpus = corpus(target);
    assertThat(corpus).isNotEmpty();
    try (Property property = target.property()) {
      for (String seed : corpus) {
        check(target, property, seed);
      }
      Mutator mutator = new Mutator(new SplittableRandom(SEED));
      for (int i = 0; i < RUNS; i++) {
        check(target, property, mutator.mutate(corpus));
      }
    }
  }

  private static void check(Target target, Property property, String input) throws IOException {
    long begun = System.nanoTime();
    try {
      property.check(input);
    } catch (Exception | Error e) {
      Path found =
          Path.of(
              "target", "fuzz", target.directory() + "-" + Integer.toHexString(input.hashCode()));
      Files.createDirectories(found.getParent());
      Files.write(found, input.getBytes(target.charset));
      throw new AssertionError("the input is in " + found + ": " + shown(input), e);
    }
    assertThat(System.nanoTime() - begun).as(shown(input)).isLessThan(MAX_NANOS_OF_ONE);
  }

  private static String shown(String input) {
    return input.length() <= 500 ? input : input.substring(0, 500) + "...";
  }

  private static List<String> corpus(Target target) throws IOException, URISyntaxException {
    Path directory = Path.of(FuzzTest.class.getResource(target.directory()).toURI());
    List<String> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(new String(Files.readAllBytes(file), target.charset));
      }
    }
    return inputs;
  }
}
