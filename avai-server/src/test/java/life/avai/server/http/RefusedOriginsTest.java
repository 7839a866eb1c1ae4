package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusedOriginsTest {
  private final RefusedOrigins origins = new RefusedOrigins();

  @Test
  void page_isToldOnce() {
    assertThat(origins.refused("https://app.example")).isTrue();
    assertThat(origins.refused("https://app.example")).isFalse();
    assertThat(origins.refused("https://other.example")).isTrue();
  }

  @Test
  void pagesThatSomebodyMakesUp_doNotFillTheLog() {
    long told =
        IntStream.range(0, 1_000).filter(i -> origins.refused("https://" + i + ".example")).count();

    assertThat(told).isEqualTo(20);
  }
}
