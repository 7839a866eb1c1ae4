package life.avai.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinariesArchiveTest {
  @TempDir private Path parent;

  private Binaries unpack() throws Exception {
    return BinariesArchive.of(Platform.current()).unpackInto(parent);
  }

  @Test
  void unpackInto_isDoneOnce_andAgainWhenFilesAreMissing() throws Exception {
    Path left = Files.createDirectories(parent.resolve("left"));
    Binaries binaries = unpack();
    FileTime unpacked = Files.getLastModifiedTime(binaries.postgres());
    assertThat(binaries.majorVersion()).isEqualTo("18");
    assertThat(ChildProcesses.succeeds(List.of(binaries.postgres().toString(), "--version")))
        .isTrue();
    assertThat(left).exists();

    assertThat(unpack()).isEqualTo(binaries);
    assertThat(Files.getLastModifiedTime(binaries.postgres())).isEqualTo(unpacked);

    Path missing = binaries.directory().resolve("share/postgresql/postgres.bki");
    Files.delete(missing);
    unpack();
    assertThat(missing).isRegularFile();
  }

  @Test
  void unpackInto_afterOneThatWasKilled_andByManyAtOnce_isWhole() throws Exception {
    String name = unpack().directory().getFileName().toString();
    FileTree.delete(parent.resolve(name));
    Path partial = Files.createDirectories(parent.resolve(name + ".partial/bin"));
    Files.writeString(partial.resolve("postgres"), "half");

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var both = List.of(threads.submit(this::unpack), threads.submit(this::unpack));
      for (var one : both) {
        assertThat(Files.size(one.get().postgres())).isGreaterThan(1_000_000);
      }
    }
    assertThat(partial).doesNotExist();
  }

  @Test
  void unpackInto_aDirectoryOpenToAll_isRefused() throws Exception {
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(this::unpack)
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("may be written by all users");
  }

  @Test
  void of_aPlatformWithoutArchive_saysWhatToDo() {
    assertThatThrownBy(() -> BinariesArchive.of(new Platform("postgres-none.txz", null)))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining("set DATABASE_URL");
  }
}
