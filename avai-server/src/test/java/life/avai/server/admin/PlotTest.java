package life.avai.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlotTest {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 2);

  @ParameterizedTest
  @CsvSource({
    "0.94, 0.5, 1",
    "1, 0.5, 1",
    "3, 1.5, 3",
    "7187, 4000, 8000",
    "21008, 12k, 24k",
    "100, 50, 100",
    "10644673, 6M, 12M",
    "1234567, 800k, 1.6M",
    "150000, 80k, 160k",
    "0, 0.5, 1"
  })
  void axis_endsAtANumberThatIsEasilyRead(double most, String half, String end) {
    Series series = new Series("a", Map.of(DAY, most));

    assertThat(new Plot("t", List.of(DAY), List.of(series)).lines())
        .contains(">0</text>", ">" + half + "</text>", ">" + end + "</text>");
  }
}
