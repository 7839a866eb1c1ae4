package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class InMemoryTest {
  @Test
  void prints_thatItWasKept_andTheAnswer() throws Exception {
    PrintStream console = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true));
    try {
      InMemory.main(new String[0]);
    } finally {
      System.setOut(console);
    }

    assertThat(printed.toString().lines())
        .containsExactly(
            "kept", "Script from somebody else runs in your page. Escape what you show.");
  }
}
