package life.avai.server.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import life.avai.domain.identity.UserId;
import life.avai.domain.thread.ThreadId;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

class OwnThreadTest {
  private final UserId owner = Fixtures.userId();
  private final ThreadId thread = Fixtures.threadId();
  private final Set<ThreadId> kept = new HashSet<>(Set.of(thread));
  private Instant now = Fixtures.NOON;
  private int looks;
  private final OwnThread own = new OwnThread(this::look, () -> now);

  private boolean look(UserId user, ThreadId id) {
    looks++;
    return user.equals(owner) && kept.contains(id);
  }

  @Test
  void typingKeyByKey_looksOnceAMoment() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(own.isOf(owner, thread)).isTrue();
    }
    assertThat(looks).isEqualTo(1);

    now = now.plus(OwnThread.MOMENT);
    assertThat(own.isOf(owner, thread)).isTrue();
    assertThat(looks).isEqualTo(2);
  }

  @Test
  void whatIsAnothers_isLookedForEachTime() {
    assertThat(own.isOf(owner, thread)).isTrue();

    assertThat(own.isOf(Fixtures.userId(), thread)).isFalse();
    assertThat(own.isOf(owner, Fixtures.threadId())).isFalse();
    assertThat(own.isOf(owner, Fixtures.threadId())).isFalse();

    assertThat(looks).isEqualTo(4);
  }

  @Test
  void aThreadThatIsGone_isForgottenAtOnceOrAMomentLater() {
    assertThat(own.isOf(owner, thread)).isTrue();
    kept.clear();

    // Deleted by another connection.
    now = now.plus(OwnThread.MOMENT).minus(Duration.ofNanos(1));
    assertThat(own.isOf(owner, thread)).isTrue();
    now = now.plus(Duration.ofNanos(1));
    assertThat(own.isOf(owner, thread)).isFalse();

    kept.add(thread);
    assertThat(own.isOf(owner, thread)).isTrue();
    kept.clear();
    // By this one.
    own.forget();
    assertThat(own.isOf(owner, thread)).isFalse();
  }
}
