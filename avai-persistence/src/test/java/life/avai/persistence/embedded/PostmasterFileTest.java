package life.avai.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostmasterFileTest {
  @TempDir private Path data;

  @Test
  void read_seesWhenTheServerIsReady() throws Exception {
    assertThat(PostmasterFile.read(data)).isEmpty();
    write("");
    assertThat(PostmasterFile.read(data)).isEmpty();
    write("no number\n");
    assertThat(PostmasterFile.read(data)).isEmpty();
    write("17\n/data\n1\n5432\n");
    assertThat(PostmasterFile.read(data)).contains(new PostmasterFile(17, 5432, false));
    write("17\n/data\n1\n5432\n\n127.0.0.1\n  1  2\nstarting\n");
    assertThat(PostmasterFile.read(data)).contains(new PostmasterFile(17, 5432, false));
    write("17\n/data\n1\n5432\n\n127.0.0.1\n  1  2\nready   \n");
    assertThat(PostmasterFile.read(data)).contains(new PostmasterFile(17, 5432, true));
  }

  private void write(String content) throws Exception {
    Files.writeString(PostmasterFile.in(data), content);
  }
}
