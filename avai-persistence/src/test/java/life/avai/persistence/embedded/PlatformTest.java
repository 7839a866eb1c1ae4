package life.avai.persistence.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, postgres-linux-x86_64.txz",
    "Linux, aarch64, postgres-linux-arm_64.txz",
    "Mac OS X, x86_64, postgres-darwin-arm_64.txz",
    "Mac OS X, aarch64, postgres-darwin-arm_64.txz",
  })
  void of_aSupportedMachine_hasItsArchiveOnTheClassPath(String os, String arch, String archive) {
    assertThat(Platform.of(os, arch).archive()).isEqualTo(archive);
    assertThat(PlatformTest.class.getClassLoader().getResource(archive)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"Windows 11, amd64", "Linux, s390x", "FreeBSD, aarch64"})
  void of_another_saysWhatToDo(String os, String arch) {
    assertThatThrownBy(() -> Platform.of(os, arch))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining(os + " on " + arch)
        .hasMessageContaining("set DATABASE_URL");
  }
}
