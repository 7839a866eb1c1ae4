package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;

class TestPostgresTest {
  @Test
  void freshDatabase_isAnotherEachTime_onOneServer() throws Exception {
    var server = TestPostgres.server();
    String url = TestPostgres.freshDatabase();
    String other = TestPostgres.freshDatabase();

    assertThat(other).isNotEqualTo(url);
    try (Connection connection =
        DriverManager.getConnection(url, server.user(), server.password())) {
      assertThat(url).endsWith("/" + connection.getCatalog());
    }
  }

  @Test
  void freshDatabaseUrl_holdsUserAndPassword() {
    var server = TestPostgres.server();

    assertThat(TestPostgres.freshDatabaseUrl())
        .startsWith("postgresql://" + server.user() + ":" + server.password() + "@127.0.0.1:");
  }
}
