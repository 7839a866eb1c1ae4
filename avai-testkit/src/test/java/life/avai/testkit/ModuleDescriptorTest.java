package life.avai.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import life.avai.testkit.canister.FakeCanister;
import org.junit.jupiter.api.Test;

/** The module shows all of its packages but the internal one. */
class ModuleDescriptorTest {
  @Test
  void everyPackageButTheInternalOne_isExported() throws Exception {
    Path classes =
        Path.of(FakeCanister.class.getProtectionDomain().getCodeSource().getLocation().toURI());

    assertThat(exported(classes))
        .containsExactlyInAnyOrderElementsOf(
            packages(classes).stream().filter(name -> !name.endsWith(".internal")).toList());
  }

  private static List<String> exported(Path classes) throws IOException {
    try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
      return ModuleDescriptor.read(in).exports().stream()
          .map(ModuleDescriptor.Exports::source)
          .toList();
    }
  }

  private static List<String> packages(Path classes) throws IOException {
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .map(file -> classes.relativize(file).getParent())
          .filter(directory -> directory != null)
          .map(directory -> directory.toString().replace('/', '.'))
          .distinct()
          .toList();
    }
  }
}
