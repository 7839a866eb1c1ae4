package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import life.avai.canister.CanisterState;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
  private static final URI URL = URI.create("ws://user:secret@h:1/x?key=secret");

  private final ServerMetrics metrics = new ServerMetrics();

  @Test
  void eachCanister_hasItsNumbersUnderItsHostAndPortAndNothingElseOfItsUrl() {
    List<CanisterState> states =
        new ArrayList<>(
            List.of(
                new CanisterState(URL, CanisterState.Circuit.OPEN, 1, 3, Duration.ofMillis(20))));
    metrics.canisters(() -> states);
    metrics.firstDelta(URL, Duration.ofMillis(5));
    metrics.finished(URL, "completed", Duration.ofMillis(7));
    metrics.dropped(URL, "unknown request");

    assertThat(metrics.scrape())
        .contains(
            "avai_canister_circuits{state=\"open\",url=\"h:1\"} 1.0",
            "avai_canister_circuits{state=\"closed\",url=\"h:1\"} 0.0",
            "avai_canister_in_flight{url=\"h:1\"} 3.0",
            "avai_canister_connections{url=\"h:1\"} 1.0",
            "avai_canister_first_delta_seconds_count{url=\"h:1\"} 1",
            "avai_canister_requests_seconds_count{outcome=\"completed\",url=\"h:1\"} 1",
            "avai_canister_dropped_frames_total{reason=\"unknown request\",url=\"h:1\"} 1.0")
        .doesNotContain("secret");

    states.clear();
    assertThat(metrics.scrape()).doesNotContain("avai_canister_in_flight{");
  }
}
