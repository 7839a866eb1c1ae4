package life.avai.canister.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantRequest.ContextMessage;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.Role;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
  private static final Place PLACE = new Place(null, null, 0);

  private final WaitingLine line = new WaitingLine();
  private final List<String> served = new ArrayList<>();

  private WaitingLine.Ticket join(String user, Tier tier) {
    return line.join(
        new AssistantRequest(
            new RequestId(UUID.randomUUID()),
            1,
            new ThreadId(UUID.randomUUID()),
            user,
            "",
            List.of(new ContextMessage(Role.USER, "?", Instant.EPOCH)),
            "",
            tier,
            Instant.EPOCH,
            1,
            Duration.ofSeconds(1)));
  }

  private void join(String user, Tier tier, int times) {
    for (int i = 0; i < times; i++) {
      var unused = join(user, tier);
    }
  }

  private List<String> serve(int places) {
    served.clear();
    line.serve(
        () -> served.size() < places,
        request -> {
          served.add(request.subject());
          return PLACE;
        });
    return served;
  }

  @Test
  void users_takeTurnsWhateverNumberEachHas() {
    join("a", Tier.FREE, 4);
    join("b", Tier.FREE, 2);
    join("c", Tier.FREE, 1);

    assertThat(serve(7)).containsExactly("a", "b", "c", "a", "b", "a", "a");
  }

  @Test
  void lateComer_waitsForOneTurnOfEachAndNotForAll() {
    join("a", Tier.FREE, 10);
    assertThat(serve(3)).containsOnly("a");
    join("b", Tier.FREE, 1);

    assertThat(serve(2)).contains("b");
  }

  @Test
  void higherTiers_haveMoreTurnsAndNobodyHasNone() {
    join("enterprise", Tier.ENTERPRISE, 100);
    join("anonymous", Tier.ANONYMOUS, 100);

    assertThat(serve(90)).filteredOn(user -> user.equals("anonymous")).hasSizeBetween(9, 11);
  }

  @Test
  void whoLeaves_isNotServed() {
    WaitingLine.Ticket gone = join("a", Tier.FREE);
    join("b", Tier.FREE, 1);

    assertThat(line.leave(gone)).isTrue();

    assertThat(serve(2)).containsExactly("b");
    assertThat(line.isEmpty()).isTrue();
  }

  @Test
  void whoWasServed_cannotLeave() {
    WaitingLine.Ticket ticket = join("a", Tier.FREE);
    serve(1);

    assertThat(line.leave(ticket)).isFalse();
    assertThat(ticket.place()).isCompletedWithValue(PLACE);
  }

  @Test
  void oneThatNoPlaceFits_doesNotHoldUpTheOthers() {
    join("a", Tier.FREE, 1);
    join("b", Tier.FREE, 1);

    line.serve(
        () -> true,
        request -> {
          served.add(request.subject());
          return request.subject().equals("b") ? PLACE : null;
        });

    assertThat(served).containsExactly("a", "b");
    assertThat(line.size()).isEqualTo(1);
  }
}
