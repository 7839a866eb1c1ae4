package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private static final int MAX_FRAMES = 64;

  private final Semaphore mayHandle = new Semaphore(0);
  private final BlockingQueue<String> taken = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<Boolean> reading = new LinkedBlockingQueue<>();
  private final List<Boolean> onVirtualThreads = new ArrayList<>();
  private final ExecutorService queue = Executors.newSingleThreadExecutor();
  private final Mailbox mailbox =
      new Mailbox(
          (text, arrived) -> {
            taken.add(text);
            mayHandle.acquireUninterruptibly();
            onVirtualThreads.add(Thread.currentThread().isVirtual());
            handled.add(text);
          },
          reading::add,
          queue);

  @AfterEach
  void stop() {
    queue.shutdown();
  }

  private String next() throws InterruptedException {
    return handled.poll(1, TimeUnit.MINUTES);
  }

  @Test
  void whoHandlesAFrame_keepsTheOneWhoBringsTheNextWaitingForNothing() throws InterruptedException {
    // Nothing is handled before all of this is done, and yet it gets done.
    mailbox.offer("first", 0);
    mailbox.offer("second", 0);
    mailbox.offer("third", 0);
    assertThat(handled).isEmpty();

    mayHandle.release(3);

    assertThat(List.of(next(), next(), next())).containsExactly("first", "second", "third");
    assertThat(onVirtualThreads).containsOnly(true);
  }

  @Test
  void fullMailbox_isNotReadInto_untilHalfOfItIsEmpty() throws InterruptedException {
    IntStream.range(0, MAX_FRAMES).forEach(i -> mailbox.offer("frame " + i, 0));
    // One more may have been taken out already, and then it is not full.
    mailbox.offer("last", 0);
    assertThat(reading.poll(1, TimeUnit.MINUTES)).isFalse();

    mayHandle.release(MAX_FRAMES / 4);
    for (int i = 0; i < MAX_FRAMES / 4; i++) {
      assertThat(next()).isEqualTo("frame " + i);
    }
    assertThat(reading).isEmpty();
    mayHandle.release(MAX_FRAMES);

    assertThat(reading.poll(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void slowToStopReading_doesNotUndoThatItMayGoOn() throws InterruptedException {
    CountDownLatch allHandled = new CountDownLatch(MAX_FRAMES + 1);
    CountDownLatch full = new CountDownLatch(1);
    AtomicReference<Boolean> last = new AtomicReference<>();
    Mailbox quick =
        new Mailbox(
            (text, arrived) -> {
              try {
                assertThat(full.await(1, TimeUnit.MINUTES)).isTrue();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              allHandled.countDown();
            },
            on -> {
              if (!on) {
                full.countDown();
                try {
                  // Whoever could empty it meanwhile would tell first that reading may go on.
                  boolean unused = allHandled.await(200, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }
              last.set(on);
            },
            queue);
    for (int i = 0; i <= MAX_FRAMES; i++) {
      quick.offer("frame", 0);
    }
    assertThat(allHandled.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(last).hasValue(true);
  }

  @Test
  void whoSendsMuch_takesTurnsWithWhoSendsLittle() throws InterruptedException {
    int flooders = 4 * Runtime.getRuntime().availableProcessors();
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch flooding = new CountDownLatch(flooders);
    for (int i = 0; i < flooders; i++) {
      Mailbox[] flooder = new Mailbox[1];
      flooder[0] =
          new Mailbox(
              (text, arrived) -> {
                flooding.countDown();
                if (!over.get()) {
                  flooder[0].offer("and another", 0);
                }
              },
              on -> {},
              queue);
      flooder[0].offer("one", 0);
    }
    try {
      assertThat(flooding.await(1, TimeUnit.MINUTES)).isTrue();
      mayHandle.release(2);
      mailbox.offer("little", 0);
      mailbox.offer("and no more", 0);
      assertThat(next()).isEqualTo("little");
      assertThat(next()).isEqualTo("and no more");
    } finally {
      over.set(true);
    }
  }

  @Test
  void fewLargeFrames_fillItToo() throws InterruptedException {
    mailbox.offer("", 0);
    mailbox.offer("x".repeat(1 << 20), 0);
    assertThat(reading.poll(1, TimeUnit.MINUTES)).isFalse();
    mayHandle.release(2);
    assertThat(reading.poll(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void whatIsLeftWhenTheConnectionEnds_isForgotten() throws InterruptedException {
    mailbox.offer("under way", 0);
    assertThat(taken.poll(1, TimeUnit.MINUTES)).isEqualTo("under way");
    mailbox.offer("left", 0);
    mailbox.close();
    mayHandle.release(2);
    assertThat(next()).isEqualTo("under way");
    assertThat(mailbox.characters()).isZero();
    assertThat(taken).isEmpty();
  }
}
