package life.avai.server.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import life.avai.testkit.check.Checker;
import life.avai.testkit.check.Event;
import life.avai.testkit.check.Fault;
import life.avai.testkit.check.Recorder;
import life.avai.testkit.check.Recording;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * People at work while everything breaks, and then the question whether all promises were kept.
 *
 * <p>{@code -Dfaults.seed=S} runs another order of things, {@code -Dfaults.minutes=N} goes on with
 * seed after seed for so long.
 */
@Timeout(7_200)
class FaultSuiteTest {
  private static final long SEED = Long.getLong("faults.seed", 1);
  private static final Duration TIME = Duration.ofMinutes(Long.getLong("faults.minutes", 0));
  private static final int PEOPLE = 4;

  @TempDir private Path directory;

  @ParameterizedTest(name = "servers={0}")
  @ValueSource(ints = {1, 2})
  void whateverBreaks_thePromisesAreKept(int servers) throws Exception {
    long begin = System.nanoTime();
    long seed = SEED;
    do {
      try {
        run(servers, seed, directory.resolve("seed-" + seed));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "-Dfaults.seed=" + seed + " with " + servers + " servers: " + e.getMessage(), e);
      }
      seed++;
    } while (System.nanoTime() - begin < TIME.toNanos() / 2);
  }

  private static void run(int servers, long seed, Path directory) throws Exception {
    try (World world = new World(directory, servers, seed)) {
      Random random = new Random(seed);
      List<Person> people = new ArrayList<>();
      try {
        for (int i = 0; i < PEOPLE; i++) {
          people.add(
              new Person(
                  random.nextLong(),
                  someServer(world, random.nextLong()),
                  world.recorder().client()));
        }
        Chaos chaos = new Chaos(world, random);
        meet(world, people, chaos);
        Recording recording = rest(world, people);
        System.out.printf(
            "servers=%d seed=%d acknowledged=%d events=%d faults=%s%n",
            servers,
            seed,
            people.stream().mapToInt(Person::acknowledged).sum(),
            recording.events().size(),
            chaos.met());
        assertThat(chaos.met()).hasSize(Chaos.Kind.values().length);
        Path story = Path.of("target", "faults", "servers-" + servers + "-seed-" + seed + ".log");
        Files.createDirectories(story.getParent());
        // As bytes: a long frame is cut off anywhere, perhaps in the middle of a character.
        Files.write(
            story,
            recording.events().stream()
                .map(Event::toString)
                .collect(Collectors.joining("\n"))
                .getBytes(UTF_8));
        Checker.standard().recovery(Duration.ofSeconds(30)).requireSound(recording);
        assertThat(
                people.stream()
                    .flatMap(person -> person.devices().stream())
                    .flatMap(device -> device.complaints().stream())
                    .limit(5))
            .as("complaints of devices")
            .isEmpty();
        recording.requireMet(
            Fault.COMMIT_OUTCOME_UNKNOWN,
            Fault.KILLED_BETWEEN_COMMIT_AND_ACKNOWLEDGEMENT,
            Fault.LEASE_TAKEN_OVER,
            Fault.DUPLICATE_ACKNOWLEDGED,
            Fault.RESUMED_IN_MID_STREAM,
            Fault.CANISTER_AWAY_AND_BACK,
            Fault.SLOW_READER_CLOSED,
            Fault.TOKEN_EXPIRED_IN_MID_TURN,
            Fault.TRANSACTION_RETRIED);
        if (servers > 1) {
          // A server that is alone goes on with the attempt for which it was stopped.
          recording.requireMet(Fault.LATE_ANSWER_DROPPED);
        }
      } finally {
        people.forEach(person -> person.devices().forEach(Device::close));
      }
    }
  }

  private static Supplier<URI> someServer(World world, long seed) {
    Random random = new Random(seed);
    return () -> world.nodes().get(random.nextInt(world.nodes().size())).address();
  }

  /** People do what they do while one thing after another breaks. */
  private static void meet(World world, List<Person> people, Chaos chaos) throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> lives = new ArrayList<>();
      for (Person person : people) {
        lives.add(threads.submit(() -> person.live(over::get)));
      }
      try {
        chaos.round();
      } finally {
        over.set(true);
      }
      world.recorder().recovered();
      for (Future<?> life : lives) {
        await(life);
      }
    }
  }

  private static void await(Future<?> life) throws InterruptedException {
    try {
      life.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    }
  }

  /** Everything comes to rest, people look back, and what is there is written down. */
  private static Recording rest(World world, List<Person> people) {
    Recorder recorder = world.recorder();
    people.forEach(Person::sayAndAwait);
    world.database().awaitRest();
    recorder.snapshot(world.rows());
    for (Person person : people) {
      recorder.secret(person.devices().getFirst().user(), person.secret());
      person.lookBack();
    }
    world.database().awaitRest();
    people.forEach(person -> person.devices().forEach(Device::close));
    world.nodes().forEach(node -> recorder.logged(node.output()));
    return recorder.recording(world.rows());
  }
}
