package life.avai.canister;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import life.avai.canister.Asking.Question;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantReply.Broken;
import life.avai.domain.assistant.AssistantReply.Completed;
import life.avai.domain.assistant.AssistantReply.NotAsked;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.message.Role;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.RawWebSocket;
import life.avai.testkit.websocket.WebSocketServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Canisters that send far more than anybody can use, or take nothing: they are cut off, nobody else
 * is hurt, and nothing of it stays in memory.
 */
class HostileCanisterTest {
  /**
   * What may stay, of all that follows, when garbage is collected: half of the least that would
   * stay if nothing were done, as the network's pools alone keep up to a quarter of it.
   */
  private static final long BOUND = 48 << 20;

  /** What a flood would have sent, had nobody stopped it. */
  private static final long FLOOD_BYTES = 96 << 20;

  /** For the whole test: what failed once is not tried again. */
  private static final CircuitSettings ONCE =
      new CircuitSettings(10, 10, Duration.ofMinutes(10), Duration.ofMinutes(10));

  /** How a canister floods; each frame is one of many. */
  enum Flood {
    HUGE_DELTAS("too many useless frames") {
      @Override
      byte[] frame(String request, long number) {
        return delta(request, number, "h".repeat(200_000));
      }
    },
    DELTAS_WITHOUT_END("too many useless frames") {
      @Override
      byte[] frame(String request, long number) {
        return delta(request, number, "d".repeat(100));
      }
    },
    UNKNOWN_IDS("too many useless frames") {
      @Override
      byte[] frame(String request, long number) {
        return delta("nobody's-" + number, 0, "?");
      }
    },
    EMPTY_DELTAS("too many empty frames") {
      @Override
      byte[] frame(String request, long number) {
        return delta(request, number, "");
      }
    },
    PROGRESS("too many empty frames") {
      @Override
      byte[] frame(String request, long number) {
        return json("type", "progress", "request_id", request, "step", "on it");
      }
    },
    PONGS("too many empty frames") {
      @Override
      byte[] frame(String request, long number) {
        return json("type", "pong");
      }
    },
    WEBSOCKET_PINGS("too many empty frames") {
      @Override
      byte[] frame(String request, long number) {
        return Frame.ping(new byte[125]).toBytes();
      }
    },
    NONSENSE("too many unusable frames") {
      @Override
      byte[] frame(String request, long number) {
        return Frame.text("n".repeat(1_000)).toBytes();
      }
    },
    MESSAGE_WITHOUT_END("TooLongFrameException") {
      @Override
      byte[] frame(String request, long number) {
        return number == 0
            ? Frame.text("m").notLast().toBytes()
            : Frame.continuation("m".repeat(1_000)).notLast().toBytes();
      }
    },
    /** Of which no message ever comes: it is cut off as one that says nothing. */
    EMPTY_FRAGMENTS("silent") {
      @Override
      byte[] frame(String request, long number) {
        return number == 0
            ? Frame.text("m").notLast().toBytes()
            : Frame.continuation("").notLast().toBytes();
      }
    };

    /** Little: what is measured is the flood, not its sender. */
    private static final int BYTES_AT_ONCE = 16 << 10;

    private final String reason;

    Flood(String reason) {
      this.reason = reason;
    }

    abstract byte[] frame(String request, long number);

    static byte[] delta(String request, long sequence, String text) {
      return json(
          "type", "response_delta", "request_id", request, "sequence", sequence, "delta", text);
    }

    static byte[] json(Object... fields) {
      return Frame.text(JsonObject.of(fields).toString()).toBytes();
    }

    /** Waits for a question, and floods; as fast as it is read, and no faster. */
    void answer(RawWebSocket socket, AtomicBoolean done) throws IOException {
      String request = request(socket);
      done.set(true);
      var frames = new ByteArrayOutputStream();
      long number = 0;
      for (long sent = 0; sent < FLOOD_BYTES; sent += frames.size()) {
        frames.reset();
        while (frames.size() < BYTES_AT_ONCE) {
          frames.writeBytes(frame(request, number++));
        }
        socket.sendBytes(frames.toByteArray());
      }
    }

    private static String request(RawWebSocket socket) throws IOException {
      while (true) {
        JsonObject frame = Json.parseObject(socket.receiveMessage().text());
        if (frame.type().equals("process")) {
          return frame.string("request_id");
        }
      }
    }
  }

  /** What is in use when garbage is collected: of the heap, and of the network's buffers. */
  private static long kept() {
    System.gc();
    ByteBufAllocatorMetric buffers =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + buffers.usedDirectMemory();
  }

  /** What is on its way to nowhere may need more than one collection to be gone. */
  private static void assertFlat(long before) {
    long more = Long.MAX_VALUE;
    for (int i = 0; i < 20 && more > BOUND; i++) {
      more = kept() - before;
    }
    assertThat(more).as("bytes that stayed").isLessThan(BOUND);
  }

  private static CanisterSettings settings(Duration heartbeat, int maxInFlight, URI... urls) {
    CanisterSettings usual = Asking.settings(urls);
    return new CanisterSettings(
        usual.urls(),
        null,
        null,
        1,
        maxInFlight,
        new CanisterTimeouts(
            Duration.ofSeconds(5),
            heartbeat,
            Asking.LONG,
            Asking.LONG,
            Duration.ofMillis(50),
            null),
        usual.inbound(),
        usual.backoff(),
        ONCE);
  }

  @ParameterizedTest
  @EnumSource
  void flood_isCutOffAndLeavesNothingBehind(Flood flood) {
    AtomicBoolean done = new AtomicBoolean();
    Duration heartbeat = Duration.ofSeconds(flood == Flood.EMPTY_FRAGMENTS ? 2 : 15);
    try (FakeCanister good = FakeCanister.start(CanisterScript.replyWith("It is."));
        WebSocketServer flooding =
            WebSocketServer.start(socket -> {
              if (done.get()) {
                Flood.request(socket);
              } else {
                flood.answer(socket, done);
              }
            });
        Asking asking =
            new Asking(settings(heartbeat, 4, good.url(), flooding.uri("/"))).awaitConnected(2)) {
      long before = kept();

      Question lost = null;
      while (!asking.reports.disconnects.contains(flood.reason)) {
        Question question = asking.ask();
        if (!(question.outcome() instanceof Completed)) {
          lost = question;
        }
      }

      assertThat(lost).as("the question that was put to it").isNotNull();
      assertThat(asking.reports.circuits).containsExactly("open");
      for (int i = 0; i < 20; i++) {
        asking.ask().outcome(Completed.class);
      }
      asking.awaitConnected(2);
      assertFlat(before);
    }
  }

  @Test
  void canisterThatTalksAndDoesNotRead_holdsUpLittleAndIsCutOff() {
    Duration heartbeat = Duration.ofSeconds(2);
    String content = "c".repeat(256 << 10);
    int many = 400;
    try (FakeCanister deaf = FakeCanister.start();
        FakeCanister good = FakeCanister.start(CanisterScript.replyWith("It is."));
        Asking asking = new Asking(settings(heartbeat, many, deaf.url())).awaitConnected(1)) {
      long before = kept();
      // It goes on with what it has, as if all were well.
      deaf.script(CanisterScript.playing(Step.deltas("t".repeat(600), 1, Duration.ofMillis(20))));
      Question first = asking.ask();
      first.awaitDelta();
      deaf.switches().read(false);

      List<Question> questions = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        questions.add(asking.ask(large(content)));
      }
      var full =
          CompletableFuture.anyOf(
              questions.stream()
                  .map(question -> question.outcome)
                  .toArray(CompletableFuture[]::new));
      assertThat(full).succeedsWithin(Asking.LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(full.join()).isInstanceOf(NotAsked.class);
      assertFlat(before);
      asking.assistant.use(List.of(deaf.url(), good.url()));
      // Where the system's buffers have room for all that was put, it is cut off for its silence.
      asking.reports.await(() -> !asking.reports.disconnects.isEmpty());
      assertThat(asking.reports.disconnects.getFirst()).isIn("does not read", "silent");

      first.outcome(Broken.class);
      List<AssistantReply> outcomes = questions.stream().map(Question::outcome).toList();
      assertThat(outcomes).hasOnlyElementsOfTypes(Broken.class, NotAsked.class, Completed.class);
      // 4 MiB of ours, and what the system buffers at both ends.
      assertThat(outcomes.stream().filter(Broken.class::isInstance).count()).isBetween(1L, 200L);
      assertThat(asking.reports.circuits).containsExactly("open");
      asking.awaitConnected(2);
      asking.ask(large(content)).outcome(Completed.class);
      questions.clear();
      assertFlat(before);
    }
  }

  private static AssistantRequest large(String content) {
    AssistantRequest usual = Asking.request(1, Asking.LONG);
    return new AssistantRequest(
        usual.requestId(),
        usual.attempt(),
        usual.threadId(),
        usual.subject(),
        usual.systemPrompt(),
        List.of(new ContextMessage(Role.USER, content, Asking.NOON)),
        usual.threadTitle(),
        usual.tier(),
        usual.timestamp(),
        usual.estimatedTokens(),
        usual.timeLeft());
  }
}
