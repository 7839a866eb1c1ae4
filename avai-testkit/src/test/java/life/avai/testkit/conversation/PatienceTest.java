package life.avai.testkit.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.conversation.ConversationEvent.ReplyAbandoned;
import life.avai.domain.conversation.ConversationEvent.TurnAnswered;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.conversation.Conversations;
import life.avai.domain.conversation.SendMessage;
import life.avai.domain.conversation.TurnSettings;
import life.avai.testkit.assistant.HeldReply;
import life.avai.testkit.assistant.Script;
import life.avai.testkit.assistant.ScriptedAssistant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time that passes between attempts, and a store that lets one wait. */
@Timeout(60)
class PatienceTest extends ConversationTest {
  @Test
  void aLostAttempt_isMadeAgainLaterEachTime() {
    List<Long> asked = new CopyOnWriteArrayList<>();
    Script lost =
        (request, sink) -> {
          asked.add(System.nanoTime());
          return new AssistantReply.Broken("scripted loss", Duration.ZERO);
        };
    assistant.plays(lost, lost, lost);
    var receipt = server.accepted(Server.command(owner, thread, "Is it?"));
    assertThat(watch.untilEnded()).contains("TurnFailed");

    assertThat(server.turn(receipt.requestId()).attempt()).isEqualTo(3);
    assertThat(asked.get(1) - asked.get(0)).isGreaterThanOrEqualTo(millis(100));
    assertThat(asked.get(2) - asked.get(1)).isGreaterThanOrEqualTo(millis(200));
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  @Test
  void aRenewalThatHangs_doesNotKeepTheNextFromBeingMade() throws InterruptedException {
    CompletableFuture<Void> hangs = new CompletableFuture<>();
    AtomicBoolean first = new AtomicBoolean(true);
    BlockingQueue<String> renewals = new LinkedBlockingQueue<>();
    ConversationStore store =
        (ConversationStore)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ConversationStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("renew")) {
                    if (first.getAndSet(false)) {
                      hangs.join();
                    }
                    renewals.add("made");
                  }
                  try {
                    return method.invoke(stores.conversations(), arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    HeldReply held = assistant.holds();
    try (Conversations slow =
        Conversations.over(store, stores.threads(), assistant)
            .turns(Server.SETTINGS)
            .limiter(Server.UNLIMITED)
            .build()) {
      slow.start();
      var unused = slow.send().handle(Server.command(owner, thread, "Is it?"), accepted -> {});
      var asked = held.awaitAsked();
      assertThat(asked).isNotNull();
      assertThat(renewals.poll(30, TimeUnit.SECONDS)).isEqualTo("made");
      hangs.complete(null);
      held.complete("Yes.");
    }
  }

  @Test
  void aTurnThatWasTakenOverBeforeItBegan_isNotBegun() {
    ScriptedAssistant unasked = new ScriptedAssistant();
    TurnSettings brief =
        new TurnSettings(Duration.ofMinutes(5), Duration.ofMillis(50), 3, Duration.ofMinutes(1));
    assistant.plays(Script.answer("The other's."));
    // Not started: it never renews its leases.
    try (Server slow = new Server(stores, unasked, brief, Server.UNLIMITED)) {
      Watch there = slow.watch(thread);
      var outcome =
          slow.send.handle(
              Server.command(owner, thread, "Is it?"),
              // Whoever is told of it takes longer than the lease.
              accepted -> watch.awaited(TurnAnswered.class));
      assertThat(outcome).isInstanceOf(SendMessage.Outcome.Accepted.class);
      assertThat(Watch.names(there.until(ReplyAbandoned.class)))
          .containsExactly("MessageAdded", "ReplyAbandoned");
      assertThat(unasked.requests()).isEmpty();
    }
  }
}
