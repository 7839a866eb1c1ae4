package life.avai.server.support;

import java.util.HashMap;
import java.util.Map;
import life.avai.persistence.TestPostgres;
import life.avai.server.AvaiServer;
import life.avai.server.settings.Environment;

/** A whole server over a real, empty database. */
public final class TestServer {
  private TestServer() {}

  public static AvaiServer start(Map<String, String> more) {
    Map<String, String> variables = new HashMap<>();
    variables.put("PORT", "0");
    variables.put("AVAI_HOST", "127.0.0.1");
    variables.put("DATABASE_URL", TestPostgres.freshDatabaseUrl());
    variables.put("AVAI_SHUTDOWN_GRACE", "1s");
    variables.putAll(more);
    return AvaiServer.start(Environment.read(variables));
  }
}
