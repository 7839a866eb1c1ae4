package life.avai.persistence.embedded;

import java.nio.file.Path;

/** A program that starts PostgreSQL, makes a table, and goes on until its input ends. */
final class HoldPostgres {
  private HoldPostgres() {}

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    var settings =
        EmbeddedPostgresSettings.durable(home)
            .withBinaries(EmbeddedPostgresSettings.forTests(home).binaries());
    try (var postgres = EmbeddedPostgres.start(settings)) {
      Sql.execute(postgres, "create table kept as select 42 as n");
      System.out.println("READY");
      while (System.in.read() >= 0) {
        // Holds it until the other side closes.
      }
    } catch (EmbeddedPostgresException e) {
      System.out.println(e.getMessage());
    }
  }
}
