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
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every fault of the catalogue in pools of one, two and five canisters: the user sees what
 * docs/canisters.md says, in bounded time, and the whole run is sound. So it is with several
 * connections to a canister.
 */
@Timeout(180)
class FaultCatalogueTest {
  private static final Path GUIDE =
      Path.of("").toAbsolutePath().getParent().resolve("docs").resolve("canisters.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z-]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$");

  /** How many canisters, and how many connections to each. */
  private record Pool(int canisters, int connections) {
    @Override
    public String toString() {
      return canisters + (connections == 1 ? "" : " with " + connections + " connections each");
    }
  }

  private static final List<Integer> COLUMNS = List.of(1, 2, 5);
  private static final List<Pool> POOLS =
      List.of(new Pool(1, 1), new Pool(2, 1), new Pool(5, 1), new Pool(1, 2));
  private static final Duration BOUND = Duration.ofSeconds(30);

  private static final Map<Pool, FaultRun> RUNS = new HashMap<>();
  private static final Map<Pool, CompletableFuture<Void>> DONE = new HashMap<>();

  /** Each pool goes through the catalogue by itself; most of the time it waits for deadlines. */
  @BeforeAll
  static void start() {
    for (Pool pool : POOLS) {
      FaultRun run = new FaultRun(pool.canisters(), pool.connections());
      RUNS.put(pool, run);
      CompletableFuture<Void> done = new CompletableFuture<>();
      DONE.put(pool, done);
      Thread.ofVirtual()
          .name("pool-of-" + pool)
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
        .flatMap(fault -> POOLS.stream().map(pool -> Arguments.of(fault, pool)));
  }

  @ParameterizedTest(name = "{0} in a pool of {1}")
  @MethodSource("cells")
  void everyFault_hasTheOutcomeThatIsDocumented(Fault fault, Pool pool) throws Exception {
    String expected = documented().get(fault).get(COLUMNS.indexOf(pool.canisters()));

    FaultRun.Cell cell = RUNS.get(pool).cell(fault);

    assertThat(cell.outcome().isA(FaultRun.Outcome.of(expected)))
        .as("%s, and not %s: %s", expected, cell.outcome(), cell.reply())
        .isTrue();
    assertThat(cell.took()).isLessThan(BOUND);
  }

  @ParameterizedTest(name = "a pool of {0}")
  @FieldSource("POOLS")
  void everyRun_isSound(Pool pool) throws Exception {
    DONE.get(pool).get();
    Checker.standard().requireSound(RUNS.get(pool).recording());
  }

  @Test
  void everyFault_isDocumented() throws IOException {
    assertThat(documented()).containsOnlyKeys(Fault.values());
  }
}
