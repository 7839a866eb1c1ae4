package life.avai.canister;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.Role;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;

/**
 * Measures what one slow canister costs a pool: questions at a fixed rate, first to four good
 * canisters, then to the same four and one that takes ten times as long to its first piece.
 */
final class SlowCanister {
  private static final int PER_SECOND = 200;
  private static final Duration GOOD = Duration.ofMillis(200);
  private static final Duration WARM_UP = Duration.ofSeconds(5);

  private SlowCanister() {}

  /** Takes the seconds per measurement as its argument; prints a line for each. */
  public static void main(String[] args) throws InterruptedException {
    Duration time = Duration.ofSeconds(Long.parseLong(args[0]));
    measure("four good ones", List.of(1, 1, 1, 1), time);
    measure("four good ones and one ten times slower", List.of(10, 1, 1, 1, 1), time);
  }

  private static CanisterScript beginningAfter(Duration time) {
    return CanisterScript.replyWith("It is not safe.", 4, Duration.ofMillis(5)).after(time);
  }

  private static void measure(String what, List<Integer> slowness, Duration time)
      throws InterruptedException {
    List<FakeCanister> canisters =
        slowness.stream()
            .map(times ->
                FakeCanister.builder().script(beginningAfter(GOOD.multipliedBy(times))).start())
            .toList();
    List<URI> urls = canisters.stream().map(FakeCanister::url).toList();
    try (CanisterAssistant assistant = new CanisterAssistant(CanisterSettings.of(urls))) {
      while (assistant.status().connected() < urls.size()) {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
      ask(assistant, WARM_UP);
      long before = canisters.getFirst().totalRequests();
      List<Long> first = ask(assistant, time);
      long atTheFirst = canisters.getFirst().totalRequests() - before;
      System.out.printf(
          "%-42s n=%d first delta ms p50=%.1f p90=%.1f p99=%.1f p99.9=%.1f max=%.1f,"
              + " share of the first canister %.2f %%%n",
          what,
          first.size(),
          percentile(first, 50),
          percentile(first, 90),
          percentile(first, 99),
          percentile(first, 99.9),
          percentile(first, 100),
          100.0 * atTheFirst / first.size());
    } finally {
      canisters.forEach(FakeCanister::close);
    }
  }

  /** Asks at the rate, whatever the answers take; gives the nanoseconds to first pieces, sorted. */
  private static List<Long> ask(CanisterAssistant assistant, Duration time)
      throws InterruptedException {
    int count = (int) (PER_SECOND * time.toSeconds());
    ConcurrentLinkedQueue<Long> firsts = new ConcurrentLinkedQueue<>();
    AtomicInteger unanswered = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(count);
    long begun = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = begun + i * (1_000_000_000L / PER_SECOND);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      Thread unused =
          Thread.ofVirtual()
              .start(() -> {
                long[] first = new long[1];
                try {
                  AssistantReply reply =
                      assistant.reply(
                          question(),
                          text -> first[0] = first[0] == 0 ? System.nanoTime() - due : first[0]);
                  if (reply instanceof AssistantReply.Completed) {
                    firsts.add(first[0]);
                  } else {
                    unanswered.incrementAndGet();
                  }
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                } finally {
                  done.countDown();
                }
              });
    }
    done.await();
    if (unanswered.get() > 0) {
      System.out.println(unanswered + " were not answered");
    }
    return new ArrayList<>(firsts.stream().sorted().toList());
  }

  private static double percentile(List<Long> sorted, double percent) {
    int at = (int) Math.ceil(sorted.size() * percent / 100) - 1;
    return sorted.get(Math.max(0, at)) / 1e6;
  }

  private static AssistantRequest question() {
    return new AssistantRequest(
        new RequestId(UUID.randomUUID()),
        1,
        new ThreadId(UUID.randomUUID()),
        null,
        "Be careful.",
        List.of(new ContextMessage(Role.USER, "Is this safe?", Instant.EPOCH)),
        "A thread",
        Tier.FREE,
        Instant.EPOCH,
        10,
        Duration.ofMinutes(1));
  }
}
