package life.avai.testkit.canister;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import life.avai.testkit.json.Json;
import life.avai.testkit.time.MutableClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a seed decides and what a clock moves: nothing is left to chance, and nobody waits. */
class DeterminismTest {
  private static final int REQUESTS = 4;

  private final MutableClock clock = MutableClock.create();
  private final FakeCanister canister = FakeCanister.builder().clock(clock).start();

  @AfterEach
  void close() {
    canister.close();
  }

  @Test
  void theSameSeed_givesTheSameTranscript_aThousandTimes() throws Exception {
    try (var asker = new Asker(canister.url())) {
      List<String> first = transcript(asker, 42, 1);
      assertThat(first).hasSizeGreaterThan(20);
      for (int run = 2; run <= 1000; run++) {
        assertThat(transcript(asker, 42, run)).isEqualTo(first);
      }
    }
  }

  @Test
  void anotherSeed_givesAnotherTranscript() throws Exception {
    Set<List<String>> transcripts = new HashSet<>();
    try (var asker = new Asker(canister.url())) {
      for (int seed = 1; seed <= 50; seed++) {
        transcripts.add(transcript(asker, seed, seed));
      }
    }
    assertThat(transcripts).hasSize(50);
  }

  /** Every message, byte for byte, of several answers that run at the same time. */
  private List<String> transcript(Asker asker, long seed, int run) throws Exception {
    canister.script(CanisterScript.seeded(seed));
    for (int i = 0; i < REQUESTS; i++) {
      asker.send(Asker.process("r" + i, "Question " + i));
    }
    canister.awaitRequests(run * REQUESTS);
    clock.advance(Duration.ofHours(1)); // as far as the answers can take, in one step
    var messages = new ArrayList<String>();
    for (int outcomes = 0; outcomes < REQUESTS; ) {
      String message = asker.socket.receiveText(Asker.LONG);
      messages.add(message);
      if (Json.parseObject(message).type().equals("response")) {
        outcomes++;
      }
    }
    return messages;
  }

  @Test
  void aPause_lastsUntilTheClockIsMoved() throws Exception {
    canister.script(
        CanisterScript.playing(
            Step.delta("a"), Step.pause(Duration.ofHours(1)), Step.delta("b"), Step.response()));
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      assertThat(asker.next().string("delta")).isEqualTo("a");
      clock.advance(Duration.ofMinutes(59));
      assertThat(asker.untilPong()).isEmpty();
      clock.advance(Duration.ofMinutes(1));
      assertThat(asker.next().string("delta")).isEqualTo("b");
      assertThat(asker.next().string("response")).isEqualTo("ab");
    }
  }

  @Test
  void whatIsDue_happensInItsOrder_howeverFarTheClockMoves() throws Exception {
    canister.script(
        CanisterScript.replyWith("bd", 1, Duration.ofSeconds(2))
            .after(Duration.ofSeconds(2))
            .when(
                request -> request.requestId().equals("odd"),
                CanisterScript.replyWith("ace", 1, Duration.ofSeconds(2))
                    .after(Duration.ofSeconds(1))));
    try (var asker = new Asker(canister.url())) {
      asker.ask("even");
      asker.ask("odd");
      canister.awaitRequests(2);
      clock.advance(Duration.ofDays(1));
      var text = new StringBuilder();
      for (int outcomes = 0; outcomes < 2; ) {
        var frame = asker.next();
        if (frame.type().equals("response")) {
          outcomes++;
        } else {
          text.append(frame.string("delta"));
        }
      }
      assertThat(text.toString()).isEqualTo("abcde");
    }
  }

  @Test
  void seededDeltas_areOfAllLengths_andWhole() throws Exception {
    String text = "\ud83d\ude00 and so on, ".repeat(50);
    canister.script(
        CanisterScript.playing(Step.seededDeltas(text, 9, 7, Duration.ZERO), Step.response()));
    try (var asker = new Asker(canister.url())) {
      asker.ask("r1");
      var frames = asker.untilOutcome();
      assertThat(frames.getLast().string("response")).isEqualTo(text);
      var lengths = new HashSet<Integer>();
      for (var frame : frames.subList(0, frames.size() - 1)) {
        String delta = frame.string("delta");
        lengths.add(delta.length());
        assertThat(Character.isLowSurrogate(delta.charAt(0))).isFalse();
      }
      assertThat(lengths).hasSizeBetween(8, 10);
    }
  }
}
