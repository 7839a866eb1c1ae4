package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the build refuses, it goes on refusing: the guards of the dependencies are in the POMs. */
class BuildRulesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  /** One version: no range, nothing that is another one tomorrow. */
  private static final String FIXED = "\\d[A-Za-z0-9.-]*";

  private static Document read(Path pom) {
    try {
      return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(pom.toFile());
    } catch (Exception e) {
      throw new AssertionError(pom + " cannot be read", e);
    }
  }

  private static List<Element> all(NodeList nodes) {
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }

  private static String child(Element element, String name) {
    for (var node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node.getNodeName().equals(name)) {
        return node.getTextContent().strip();
      }
    }
    return "";
  }

  private static List<Path> poms() throws IOException {
    try (Stream<Path> directories = Files.list(ROOT)) {
      return Stream.concat(
              Stream.of(ROOT.resolve("pom.xml")),
              directories
                  .filter(directory -> directory.getFileName().toString().startsWith("avai-"))
                  .map(directory -> directory.resolve("pom.xml"))
                  .filter(Files::exists))
          .toList();
    }
  }

  /** The plugin that is bound for every module, not one that is only given a version. */
  private static Element boundPlugin(String name) {
    return all(read(ROOT.resolve("pom.xml")).getElementsByTagName("plugin")).stream()
        .filter(plugin -> child(plugin, "artifactId").equals(name))
        .filter(plugin -> plugin.getParentNode().getParentNode().getNodeName().equals("build"))
        .filter(plugin ->
            plugin.getParentNode().getParentNode().getParentNode().getNodeName().equals("project"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void enforcer_hasItsRules() {
    Element enforcer = boundPlugin("maven-enforcer-plugin");
    for (String rule :
        List.of(
            "requireMavenVersion",
            "requireJavaVersion",
            "dependencyConvergence",
            "requireUpperBoundDeps",
            "banDuplicatePomDependencyVersions",
            "bannedDependencies")) {
      assertThat(enforcer.getElementsByTagName(rule).getLength()).as(rule).isEqualTo(1);
    }
    assertThat(all(enforcer.getElementsByTagName("exclude")))
        .extracting(Element::getTextContent)
        .contains(
            "commons-logging:commons-logging",
            "log4j:log4j",
            "com.fasterxml.jackson.core:jackson-databind",
            "junit:junit");
    assertThat(enforcer.getElementsByTagName("goal").item(0).getTextContent()).isEqualTo("enforce");
    for (String weaker : List.of("skip", "fail", "level", "phase", "excludedScopes")) {
      assertThat(enforcer.getElementsByTagName(weaker).getLength()).as(weaker).isZero();
    }
  }

  @Test
  void dependencyThatNothingUses_endsTheBuild() {
    Element analysis = boundPlugin("maven-dependency-plugin");
    assertThat(child((Element) analysis.getElementsByTagName("goals").item(0), "goal"))
        .isEqualTo("analyze-only");
    assertThat(analysis.getElementsByTagName("failOnWarning").item(0).getTextContent())
        .isEqualTo("true");
    assertThat(analysis.getElementsByTagName("skip").getLength()).isZero();
  }

  @Test
  void everyVersion_isFixed_andInTheParent() throws IOException {
    List<Path> poms = poms();
    assertThat(poms).hasSize(6);
    for (Path pom : poms) {
      for (Element element :
          Stream.of("dependency", "plugin", "path", "artifactItem")
              .flatMap(name -> all(read(pom).getElementsByTagName(name)).stream())
              .toList()) {
        String name = pom.getParent().getFileName() + ": " + child(element, "artifactId");
        String version = child(element, "version");
        if (version.startsWith("${") && !version.equals("${project.version}")) {
          String property = version.substring(2, version.length() - 1);
          version =
              all(read(ROOT.resolve("pom.xml")).getElementsByTagName(property)).stream()
                  .map(Element::getTextContent)
                  .findFirst()
                  .orElse("");
        }
        assertThat(version)
            .as(name)
            .matches("|" + FIXED + "|\\Q${project.version}\\E")
            .doesNotContain("SNAPSHOT");
      }
    }
  }
}
