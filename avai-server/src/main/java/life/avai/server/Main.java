package life.avai.server;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import life.avai.persistence.embedded.EmbeddedPostgresException;
import life.avai.persistence.migration.SchemaException;
import life.avai.server.logging.Logging;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.DotEnv;
import life.avai.server.settings.Environment;
import life.avai.server.settings.ServerSettings;

/**
 * The program {@code avai}: {@code serve}, {@code demo}, {@code canister}, {@code chat}, {@code
 * help}.
 */
public final class Main {
  private Main() {}

  /** Exits with 0 when all went well, 1 when it did not, 2 when it was asked the wrong way. */
  public static void main(String[] args) {
    String command = args.length == 0 ? "help" : args[0];
    List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    try {
      int status =
          switch (command) {
            case "serve" -> serve(DotEnv.under(System.getenv(), Path.of("")), "0.0.0.0");
            case "help", "--help", "-h" -> help(0);
            default -> help(2);
          };
      if (status != 0 || !rest.isEmpty()) {
        System.exit(status);
      }
    } catch (ConfigurationException | EmbeddedPostgresException | SchemaException e) {
      System.err.println("avai: " + e.getMessage());
      System.exit(1);
    }
  }

  private static int serve(Map<String, String> variables, String host) {
    ServerSettings settings = Environment.read(variables, host);
    Logging.configure(settings.log());
    System.Logger log = System.getLogger(Main.class.getName());
    settings.describe().forEach(line -> log.log(System.Logger.Level.INFO, "{0}", line));
    AvaiServer server = AvaiServer.start(settings);
    stopOnSignal(server);
    String scheme = settings.tlsCertificate() == null ? "http" : "https";
    System.out.println(
        "AVAI is ready at " + scheme + "://" + shown(settings.host()) + ":" + server.port() + "/");
    awaitForever();
    return 0;
  }

  private static String shown(String host) {
    return host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
  }

  private static void stopOnSignal(AvaiServer server) {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("avai-shutdown").unstarted(server::close));
  }

  private static void awaitForever() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int help(int status) {
    (status == 0 ? System.out : System.err)
        .println(
            """
            Usage: avai COMMAND

              demo       everything at once: a database, a demo canister and the server on 127.0.0.1:8080
              serve      the server, configured by environment variables (docs/operations.md)
              canister   the demo canister alone: --host, --port
              chat       talk in the terminal: --url ws://127.0.0.1:8080/ws
              help       this text\
            """);
    return status;
  }
}
