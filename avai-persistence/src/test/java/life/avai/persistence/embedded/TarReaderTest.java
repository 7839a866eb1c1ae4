package life.avai.persistence.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarReaderTest {
  @TempDir private Path target;
  private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

  private void add(String name, char type, int mode, String link, String content) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "%07o".formatted(mode));
    put(header, 124, "%011o".formatted(content.length()));
    put(header, 148, "        ");
    header[156] = (byte) type;
    put(header, 157, link);
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    archive.writeBytes(header);
    archive.writeBytes(
        Arrays.copyOf(content.getBytes(US_ASCII), (content.length() + 511) / 512 * 512));
  }

  private static void put(byte[] header, int offset, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, header, offset, bytes.length);
  }

  private void unpack(byte[] bytes) throws IOException {
    new TarReader(new ByteArrayInputStream(bytes), target).unpack();
  }

  private byte[] ended() {
    archive.writeBytes(new byte[1024]);
    return archive.toByteArray();
  }

  @Test
  void unpack_makesFilesDirectoriesAndLinks() throws Exception {
    add("share/", '5', 0755, "", "");
    add("bin/run", '0', 0755, "", "#!".repeat(300));
    add("lib/a.so", '2', 0777, "a.so.1", "");
    add("lib/a.so.1", '0', 0644, "", "");
    unpack(ended());

    assertThat(target.resolve("share")).isEmptyDirectory();
    assertThat(target.resolve("bin/run")).isExecutable().hasContent("#!".repeat(300));
    assertThat(target.resolve("lib/a.so.1")).isEmptyFile();
    assertThat(Files.isExecutable(target.resolve("lib/a.so.1"))).isFalse();
    assertThat(Files.readSymbolicLink(target.resolve("lib/a.so"))).isEqualTo(Path.of("a.so.1"));
  }

  @Test
  void unpack_ofWhatIsCutShort_fails() {
    add("file", '0', 0644, "", "content".repeat(100));
    byte[] whole = archive.toByteArray();

    assertThatThrownBy(() -> unpack(Arrays.copyOf(whole, 700))).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> unpack(whole)).isInstanceOf(EOFException.class);
  }

  @Test
  void unpack_ofADamagedHeader_fails() {
    add("file", '0', 0644, "", "");
    byte[] bytes = ended();
    bytes[3]++;

    assertThatThrownBy(() -> unpack(bytes)).hasMessageContaining("damaged");
  }

  @Test
  void unpack_staysInItsDirectory() {
    add("../outside", '0', 0644, "", "");
    assertThatThrownBy(() -> unpack(ended())).hasMessageContaining("leaves its directory");

    archive.reset();
    add("link", '2', 0777, "../outside", "");
    assertThatThrownBy(() -> unpack(ended())).hasMessageContaining("leaves its directory");
  }

  @Test
  void unpack_ofAnUnknownKind_fails() {
    add("device", '3', 0644, "", "");

    assertThatThrownBy(() -> unpack(ended())).hasMessageContaining("unknown type 3");
  }
}
