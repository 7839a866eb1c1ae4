package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

/**
 * What is shipped, as the package's bill of materials tells it, under licences that we can pass on.
 */
class LicencesIT {
  private static final Path BOM = Path.of("target/avai-bom.json");
  private static final Path LIBRARIES = Path.of("target/lib");
  private static final Path PAGE = Path.of("../docs/licences.md");

  /** Of several licences that may be chosen from, one of these is enough. */
  private static final Set<String> ACCEPTED =
      Set.of(
          "0BSD",
          "Apache-2.0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "CC0-1.0",
          "EPL-2.0",
          "MIT",
          "MIT-0");

  /** Its WebJar says only BSD, which is taken for the licence with four clauses. */
  private static final Map<String, String> SAID_WRONG =
      Map.of("org.webjars:highlightjs", "BSD-3-Clause");

  private static List<JsonObject> components() throws IOException {
    return Json.parseObject(Files.readString(BOM)).objects("components");
  }

  private static Set<String> licences(JsonObject component) {
    String known = SAID_WRONG.get(component.string("group") + ":" + component.string("name"));
    if (known != null) {
      return Set.of(known);
    }
    return component.has("licenses")
        ? component.objects("licenses").stream()
            .map(choice -> choice.has("license") ? choice.object("license") : choice)
            .map(licence ->
                Stream.of("id", "name", "expression")
                    .filter(licence::has)
                    .map(licence::string)
                    .findFirst()
                    .orElse("unknown"))
            .collect(Collectors.toCollection(TreeSet::new))
        : Set.of();
  }

  private static Map<String, String> shipped() throws IOException {
    Map<String, String> shipped = new TreeMap<>();
    for (JsonObject component : components()) {
      if (!component.string("group").equals("life.avai")) {
        shipped.put(
            component.string("group") + ":" + component.string("name"),
            String.join(", ", licences(component)));
      }
    }
    return shipped;
  }

  @Test
  void everythingShipped_hasALicenceThatWeCanPassOn() throws IOException {
    assertThat(components())
        .hasSizeGreaterThan(20)
        .filteredOn(component -> !component.string("group").equals("life.avai"))
        .allSatisfy(component ->
            assertThat(licences(component))
                .as("%s", component.string("name"))
                .anyMatch(ACCEPTED::contains));
  }

  @Test
  void pageOfLicences_isThatOfWhatIsShipped() throws IOException {
    String rows =
        shipped().entrySet().stream()
            .map(entry -> "| `" + entry.getKey() + "` | " + entry.getValue() + " |\n")
            .collect(Collectors.joining());

    assertThat(Files.readString(PAGE)).endsWith(rows);
  }

  @Test
  void billOfMaterials_namesEveryLibraryOfTheLauncher() throws IOException {
    Set<String> named =
        components().stream()
            .map(component -> component.string("name") + "-" + component.string("version"))
            .collect(Collectors.toSet());
    try (Stream<Path> files = Files.list(LIBRARIES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(named).as(file).anyMatch(file::startsWith));
    }
  }
}
