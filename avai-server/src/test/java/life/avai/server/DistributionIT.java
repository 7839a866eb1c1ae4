package life.avai.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import life.avai.server.support.TestDatabase;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code mvn package} makes for a server: unpacked somewhere else, and started. */
class DistributionIT {
  private static final Pattern READY = Pattern.compile("AVAI is ready at (http://\\S+)");

  @TempDir private static Path directory;
  private static Path home;

  @BeforeAll
  static void unpack() throws Exception {
    Path archive;
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      archive = files.filter(file -> file.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
    }
    assertThat(archive.getFileName().toString()).matches("avai-[0-9].*\\.tar\\.gz");
    Path place = Files.createDirectory(directory.resolve("a place"));
    Process tar =
        new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", place.toString())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    home = place.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
  }

  @AfterAll
  static void forget() {
    home = null;
  }

  private static Process avai(Map<String, String> variables, String... arguments)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of(home + "/avai"), Stream.of(arguments)).toList())
            .directory(directory.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.matches("(AVAI|CLERK|SUPABASE)_.*|PORT"));
    environment.put("AVAI_JAVA", System.getProperty("java.home") + "/bin/java");
    environment.putAll(variables);
    return builder.start();
  }

  @Test
  void whatIsInIt() {
    assertThat(home.resolve("avai")).isExecutable();
    assertThat(List.of("README.md", "LICENSE", "CHANGELOG.md", "docs/operations.md"))
        .allSatisfy(name -> assertThat(home.resolve(name)).isNotEmptyFile());
    assertThat(home.resolve("lib")).isDirectoryContaining("glob:**/avai-server-*.jar");
    assertThat(home.resolve("lib")).isDirectoryContaining("glob:**/avai-testkit-*.jar");
  }

  @Test
  void serve_startsFromAnyDirectory_withAStaleCacheToo_andStopsAtSigterm() throws Exception {
    Path cache = home.resolve("lib/avai.aot");
    Files.writeString(cache, "made by another Java");
    Process server =
        avai(
            Map.of(
                "PORT", "0",
                "AVAI_HOST", "127.0.0.1",
                "DATABASE_URL", TestDatabase.fresh().variable()),
            "serve");
    try (BufferedReader lines = server.inputReader();
        InputStream log = server.getErrorStream();
        HttpClient http = HttpClient.newHttpClient()) {
      Matcher ready = READY.matcher(String.valueOf(lines.readLine()));
      assertThat(ready.find()).isTrue();
      assertThat(
              http.send(
                      HttpRequest.newBuilder(URI.create(ready.group(1) + "health/ready")).build(),
                      HttpResponse.BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(200);
      // The process itself would close its streams, and what it says last would be lost.
      assertThat(server.toHandle().destroy()).isTrue();
      assertThat(server.waitFor()).isEqualTo(128 + 15);
      assertThat(new String(log.readAllBytes())).contains("stopped").doesNotContain("aot");
    } finally {
      server.destroyForcibly();
      Files.deleteIfExists(cache);
    }
  }

  @Test
  void chat_withoutALocale_printsWhatWasSaid_andRemembersWhoItIsAtHome() throws Exception {
    Map<String, String> variables = Map.of("DATABASE_URL", TestDatabase.fresh().variable());
    try (FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Ünsafe — 😀"));
        TestServer server = TestServer.start(canister, variables)) {
      Path user = Files.createDirectory(directory.resolve("user"));
      Process chat =
          avai(
              Map.of("LC_ALL", "C", "HOME", user.toString(), "XDG_STATE_HOME", ""),
              "chat",
              "--url",
              server.address().toString());
      try (OutputStream question = chat.getOutputStream()) {
        question.write("Is this safe?".getBytes(UTF_8));
      }
      assertThat(new String(chat.getInputStream().readAllBytes(), UTF_8)).contains("Ünsafe — 😀");
      assertThat(chat.waitFor()).isZero();
      assertThat(user.resolve(".local/state/avai/chat.json")).isNotEmptyFile();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"aot", "serve", "demo", "canister", "chat", "check", "doctor"})
  void everyCommand_refusesWhatItDoesNotKnow(String command) throws Exception {
    Process refused = avai(Map.of(), command, "surplus");
    assertThat(new String(refused.getErrorStream().readAllBytes(), UTF_8))
        .startsWith("avai " + command + ": surplus: ");
    assertThat(refused.waitFor()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"conformance", "issuer", "canister --script x", "aot", "chat"})
  void everyCommand_helps(String command) throws Exception {
    Process help = avai(Map.of(), (command + " --help").split(" "));
    assertThat(new String(help.getInputStream().readAllBytes(), UTF_8))
        .containsIgnoringCase("usage");
    assertThat(help.waitFor()).isZero();
  }

  @Test
  void help_namesTheCommands() throws Exception {
    Process help = avai(Map.of(), "help");
    String text = new String(help.getInputStream().readAllBytes());
    assertThat(help.waitFor()).isZero();
    assertThat(text).contains("demo", "serve", "canister", "chat", "check", "doctor", "aot");
  }
}
