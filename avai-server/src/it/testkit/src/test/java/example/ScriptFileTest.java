package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import life.avai.testkit.canister.CanisterRecorder;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.ScriptFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptFileTest {
  private static final Path REVIEWER = Path.of("src/test/resources/reviewer.json");

  @Test
  void aScriptFile_isPlayed() throws Exception {
    try (var canister = FakeCanister.start()) {
      ScriptFile.read(REVIEWER).applyTo(canister);
      try (var model = new Model(canister.url())) {
        var answer = model.ask("r-1", "Is this SQL safe?");
        canister.awaitIdle(); // it was busy
        model.ask("r-2", "Is this SQL safe?");
        assertThat(answer.join()).isEqualTo("Use a prepared statement.");
      }
    }
  }

  @Test
  void aRealCanister_isRecorded_andReplayed(@TempDir Path directory) throws Exception {
    Path recorded = directory.resolve("recorded.json");
    try (var real = FakeCanister.start(); // put the address of yours here
        var recorder = CanisterRecorder.start(real.url());
        var model = new Model(recorder.url())) {
      assertThat(model.ask("r-1", "Hello").join()).isEqualTo("You said: Hello");
      recorder.save(recorded);
    }
    try (var canister = FakeCanister.start()) {
      ScriptFile.read(recorded).applyTo(canister);
      try (var model = new Model(canister.url())) {
        assertThat(model.ask("r-1", "Hello").join()).isEqualTo("You said: Hello");
      }
    }
  }
}
