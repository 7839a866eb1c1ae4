package life.avai.persistence;

import java.nio.file.Path;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.Target;

/** Writes jOOQ's classes from the migrations, by way of a real PostgreSQL. */
public final class JooqGenerator {
  private JooqGenerator() {}

  /** Writes to the directory that is the first argument. */
  public static void main(String[] args) throws Exception {
    generate(Path.of(args[0]));
  }

  static void generate(Path directory) throws Exception {
    String url = TestPostgres.freshDatabase();
    String user = TestPostgres.server().user();
    String password = TestPostgres.server().password();
    Flyway.configure()
        .dataSource(url, user, password)
        .placeholders(Map.of("schema", "public"))
        .load()
        .migrate();
    GenerationTool.generate(
        new Configuration()
            .withJdbc(new Jdbc().withUrl(url).withUser(user).withPassword(password))
            .withGenerator(
                new Generator()
                    .withDatabase(
                        new Database()
                            .withName("org.jooq.meta.postgres.PostgresDatabase")
                            .withInputSchema("public")
                            .withExcludes("flyway_schema_history")
                            .withForcedTypes(
                                new ForcedType()
                                    .withUserType("java.time.Instant")
                                    .withConverter("life.avai.persistence.InstantConverter")
                                    .withIncludeTypes("timestamptz|timestamp with time zone")))
                    .withGenerate(
                        new Generate()
                            .withRecords(true)
                            .withRoutines(true)
                            .withGeneratedAnnotation(false)
                            .withJavadoc(false)
                            .withComments(false)
                            .withKeys(true)
                            .withGlobalObjectReferences(true)
                            .withGlobalUDTReferences(false))
                    .withTarget(
                        new Target()
                            .withPackageName("life.avai.persistence.jooq")
                            .withDirectory(directory.toString())
                            .withClean(true))));
  }
}
