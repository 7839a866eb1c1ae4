package life.avai.domain.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import life.avai.domain.message.MessageId;
import life.avai.domain.reply.ReplyStream.Piece;
import life.avai.domain.turn.RequestId;
import org.junit.jupiter.api.Test;

class ReplyStreamTest {
  private final ReplyStream stream =
      new ReplyStream(new RequestId(new UUID(0, 1)), new MessageId(new UUID(0, 2)), 1);

  @Test
  void read_continuesWhereTheReaderIs() {
    stream.append("Hello, ");
    stream.append("world");
    assertThat(stream.read(1, 0, 100)).isEqualTo(new Piece(1, 0, "Hello, world"));
    assertThat(stream.read(1, 7, 3)).isEqualTo(new Piece(1, 7, "wor"));
    assertThat(stream.read(1, 12, 100)).isNull();
  }

  @Test
  void read_neverSplitsASurrogatePair() {
    stream.append("a😀b");
    assertThat(stream.read(1, 0, 2).text()).isEqualTo("a");
    assertThat(stream.read(1, 2, 10)).isEqualTo(new Piece(1, 1, "😀b"));
  }

  @Test
  void read_ofAnotherAttempt_beginsAgain() {
    stream.append("first try");
    stream.restart(2);
    assertThat(stream.read(1, 5, 100)).isNull();
    stream.append("second");
    assertThat(stream.read(1, 5, 100)).isEqualTo(new Piece(2, 0, "second"));
    assertThatThrownBy(() -> stream.restart(2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void changes_areTold() {
    AtomicInteger changes = new AtomicInteger();
    stream.onChange(changes::incrementAndGet);
    stream.append("a");
    stream.restart(2);
    assertThat(changes).hasValue(2);
  }

  @Test
  void readersSeeEveryCharacterOnce_whileItGrows() throws InterruptedException {
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < 20_000; i++) {
                stream.append(Integer.toString(i % 10));
              }
            });
    StringBuilder read = new StringBuilder();
    while (read.length() < 20_000) {
      Piece piece = stream.read(1, read.length(), 777);
      if (piece != null) {
        assertThat(piece.offset()).isEqualTo(read.length());
        read.append(piece.text());
      }
    }
    writer.join();
    assertThat(stream.contentEquals(read.toString())).isTrue();
    assertThat(read.charAt(12_345)).isEqualTo('5');
  }
}
