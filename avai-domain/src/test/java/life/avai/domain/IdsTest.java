package life.avai.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdsTest {
  @Test
  void idsOfOneInstant_areInOrder_andThoseAfterAClockThatWasSetBack() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    Ids ids = Ids.timeOrdered((InstantSource) now::get, new Random(7));

    List<String> made = Stream.generate(() -> ids.next().toString()).limit(10_000).toList();
    now.set(Instant.parse("2025-01-01T00:00:00Z"));
    String later = ids.next().toString();

    assertThat(made).isSorted().doesNotHaveDuplicates();
    assertThat(later).isGreaterThan(made.getLast());
  }

  @Test
  void id_tellsItsMillisecond_andIsOfVersionSeven() {
    Instant now = Instant.parse("2026-01-01T00:00:00.123Z");
    UUID id = Ids.timeOrdered(InstantSource.fixed(now), new Random(7)).next();

    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(now.toEpochMilli());
  }
}
