package life.avai.testkit.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is read of processes, of this one. */
@EnabledOnOs(OS.LINUX)
class ProcessesTest {
  private static final long OURS = ProcessHandle.current().pid();

  @Test
  void compiler_isAPartOfTheProcess() {
    double compiler = Processes.compilerCpuSeconds(OURS);
    assertThat(compiler).isPositive().isLessThan(Processes.cpuSeconds(OURS));
  }

  @Test
  void processThatIsNotThere_hasUsedNothing() {
    assertThat(Processes.cpuSeconds(0)).isZero();
    assertThat(Processes.compilerCpuSeconds(0)).isZero();
  }
}
