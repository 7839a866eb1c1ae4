package life.avai.testkit.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The examples of RFC 6455, section 5.7. */
class FrameTest {
  @Test
  void toBytes_unmaskedText() {
    assertThat(Frame.text("Hello").toBytes()).isEqualTo(hex("810548656c6c6f"));
  }

  @Test
  void toMaskedBytes_maskedText() {
    assertThat(Frame.text("Hello").toMaskedBytes(0x37fa213d))
        .isEqualTo(hex("818537fa213d7f9f4d5158"));
  }

  @Test
  void toBytes_fragments() {
    assertThat(Frame.text("Hel").notLast().toBytes()).isEqualTo(hex("010348656c"));
    assertThat(Frame.continuation("lo").toBytes()).isEqualTo(hex("80026c6f"));
  }

  @Test
  void toBytes_longerLengths() {
    assertThat(Frame.binary(new byte[256]).toBytes()).startsWith(hex("827e0100")).hasSize(4 + 256);
    assertThat(Frame.binary(new byte[65_536]).toBytes())
        .startsWith(hex("827f0000000000010000"))
        .hasSize(10 + 65_536);
    assertThat(Frame.binary(new byte[126]).toMaskedBytes(0)).hasSize(4 + 4 + 126);
  }

  @Test
  void close_hasCodeAndReason() {
    var close = Frame.close(1008, "flood");
    assertThat(close.toBytes()).startsWith(hex("880703f0")).endsWith("flood".getBytes(UTF_8));
    assertThat(CloseStatus.of(close)).isEqualTo(new CloseStatus(1008, "flood"));
    assertThat(CloseStatus.of(Frame.of(Frame.CLOSE, new byte[0])).code()).isEqualTo(1005);
  }

  @Test
  void reservedBitsAndOpcodes_areTheTestsChoice() {
    assertThat(Frame.of(0xB, new byte[0]).withReservedBits(7).toBytes()).isEqualTo(hex("fb00"));
    assertThat(Frame.maskedHeader(Frame.TEXT, Long.MIN_VALUE))
        .isEqualTo(hex("81ff800000000000000000000000"));
    assertThatIllegalArgumentException().isThrownBy(() -> Frame.of(16, new byte[0]));
  }

  @Test
  void text_ofWhatIsNotUtf8_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Frame.of(Frame.TEXT, hex("c328")).text());
  }

  private static byte[] hex(String bytes) {
    return HexFormat.of().parseHex(bytes);
  }
}
