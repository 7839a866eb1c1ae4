package life.avai.server.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import life.avai.testkit.canister.Fault;
import life.avai.testkit.check.Checker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every fault of the catalogue in pools of one, two and five canisters: the user sees what
 * docs/canisters.md says, in bounded time, and the whole run is sound.
 */
@Timeout(180)
class FaultCatalogueTest {
  private static final Path GUIDE =
      Path.of("").toAbsolutePath().getParent().resolve("docs").resolve("canisters.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$");
  private static final List<Integer> SIZES = List.of(1, 2, 5);
  private static final Duration BOUND = Duration.ofSeconds(30);

  private static final Map<Integer, FaultRun> RUNS = new TreeMap<>();
  private static final Map<Integer, CompletableFuture<Void>> DONE = new HashMap<>();

  /** Each pool goes through the catalogue by itself; most of the time it waits for deadlines. */
  @BeforeAll
  static void start() {
    for (int size : SIZES) {
      FaultRun run = new FaultRun(size);
      RUNS.put(size, run);
      CompletableFuture<Void> done = new CompletableFuture<>();
      DONE.put(size, done);
      Thread.ofVirtual()
          .name("pool-of-" + size)
          .start(() -> {
            try {
              run.goThroughTheCatalogue();
              done.complete(null);
            } catch (Throwable e) {
              done.completeExceptionally(e);
            }
          });
    }
  }

  @AfterAll
  static void close() {
    RUNS.values().forEach(FaultRun::close);
  }

  private static Map<Fault, List<String>> documented() throws IOException {
    Map<Fault, List<String>> rows = new EnumMap<>(Fault.class);
    for (Matcher row = ROW.matcher(Files.readString(GUIDE)); row.find(); ) {
      rows.put(
          Fault.of(row.group(1)),
          List.of(row.group(2).strip(), row.group(3).strip(), row.group(4).strip()));
    }
    return rows;
  }

  static Stream<Arguments> cells() {
    return Stream.of(Fault.values())
        .flatMap(fault -> SIZES.stream().map(size -> Arguments.of(fault, size)));
  }

  @ParameterizedTest(name = "{0} in a pool of {1}")
  @MethodSource("cells")
  void everyFault_hasTheOutcomeThatIsDocumented(Fault fault, int size) throws Exception {
    String expected = documented().get(fault).get(SIZES.indexOf(size));

    FaultRun.Cell cell = RUNS.get(size).cell(fault);

    assertThat(cell.outcome().isA(FaultRun.Outcome.of(expected)))
        .as("%s, and not %s: %s", expected, cell.outcome(), cell.reply())
        .isTrue();
    assertThat(cell.took()).isLessThan(BOUND);
  }

  @ParameterizedTest(name = "a pool of {0}")
  @ValueSource(ints = {1, 2, 5})
  void everyRun_isSound(int size) throws Exception {
    DONE.get(size).get();
    Checker.standard().requireSound(RUNS.get(size).recording());
  }

  @Test
  void everyFault_isDocumented() throws IOException {
    assertThat(documented()).containsOnlyKeys(Fault.values());
  }
}
