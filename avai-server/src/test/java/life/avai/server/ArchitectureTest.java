package life.avai.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import life.avai.server.http.HttpEdge;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md. Each rule has a case that breaks it. */
class ArchitectureTest {
  private static final JavaClasses ALL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          // Another module's tests come as a jar when Maven has packaged it.
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("life.avai");

  private static final ArchRule DOMAIN_ALONE =
      classes()
          .that()
          .resideInAPackage("life.avai.domain..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("life.avai.domain..", "java..", "org.jspecify..");

  /** So that nothing of it is loaded where nobody wants traces. */
  private static final ArchRule TELEMETRY_APART =
      noClasses()
          .that()
          .resideOutsideOfPackage("life.avai.server.tracing..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.opentelemetry..");

  private static ArchRule adapterAlone(String adapter) {
    return noClasses()
        .that()
        .resideInAPackage("life.avai." + adapter + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            Stream.of("server", "persistence", "canister", "testkit")
                .filter(other -> !other.equals(adapter))
                .map(other -> "life.avai." + other + "..")
                .toArray(String[]::new));
  }

  @Test
  void domain_dependsOnNothing() {
    DOMAIN_ALONE.check(ALL);
  }

  @Test
  void adapters_dependOnTheDomainAlone() {
    adapterAlone("persistence").check(ALL);
    adapterAlone("canister").check(ALL);
  }

  @Test
  void telemetry_isWhereTracesAreMade() {
    TELEMETRY_APART.check(ALL);
    assertThat(
            noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .evaluate(ALL)
                .hasViolation())
        .isTrue();
  }

  @Test
  void rules_wouldNotice() {
    JavaClasses edge = new ClassFileImporter().importClasses(HttpEdge.class);
    ArchRule asIfItWereDomain =
        classes()
            .that()
            .resideInAPackage("life.avai.server..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("life.avai.domain..", "java..", "org.jspecify..");
    assertThat(asIfItWereDomain.evaluate(edge).hasViolation()).isTrue();
    ArchRule serverAlone =
        noClasses()
            .that()
            .resideInAPackage("life.avai.server..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("life.avai.persistence..");
    assertThat(
            serverAlone
                .evaluate(new ClassFileImporter().importClasses(AvaiServer.class))
                .hasViolation())
        .isTrue();
  }
}
