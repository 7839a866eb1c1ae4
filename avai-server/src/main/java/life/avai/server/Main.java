package life.avai.server;

import io.netty.util.NetUtil;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import life.avai.persistence.embedded.EmbeddedPostgresException;
import life.avai.persistence.migration.SchemaException;
import life.avai.server.CommandOptions.UsageException;
import life.avai.server.chat.ChatClient;
import life.avai.server.demo.DemoCanister;
import life.avai.server.doctor.Doctor;
import life.avai.server.logging.Logging;
import life.avai.server.settings.CanisterAddresses;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.DotEnv;
import life.avai.server.settings.Environment;
import life.avai.server.settings.ServerSettings;
import life.avai.server.settings.ServerSettings.LogSettings;

/**
 * The program {@code avai}: {@code serve}, {@code demo}, {@code canister}, {@code chat}, {@code
 * check}, {@code doctor}, {@code help}.
 */
public final class Main {
  /** How fast the demo canister seems to type. */
  private static final Duration TYPING = Duration.ofMillis(15);

  private static final List<String> HELP = List.of("help", "--help", "-h");

  private Main() {}

  /** Exits with 0 when all went well, 1 when it did not, 2 when it was asked the wrong way. */
  public static void main(String[] args) {
    String command = args.length == 0 ? "help" : args[0];
    List<String> rest = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    Logging.configure(new LogSettings(LogSettings.Format.TEXT, LogSettings.Level.WARN));
    try {
      int status = run(command, rest);
      System.exit(status);
    } catch (ConfigurationException | EmbeddedPostgresException | SchemaException e) {
      System.err.println("avai: " + e.getMessage());
      System.exit(1);
    } catch (RuntimeException e) {
      // Whatever else it was: threads of libraries must not keep a process that does nothing.
      System.getLogger(Main.class.getName())
          .log(System.Logger.Level.ERROR, "avai could not go on", e);
      System.exit(1);
    }
  }

  private static int run(String command, List<String> rest) {
    if (HELP.contains(command) || rest.stream().anyMatch(HELP.subList(1, HELP.size())::contains)) {
      return help(0);
    }
    try {
      CommandOptions options = CommandOptions.read(rest, optionsOf(command));
      return switch (command) {
        case "serve" -> serve(Main::variables, "0.0.0.0");
        case "demo" -> demo();
        case "canister" -> canister(options);
        case "chat" -> chat(options);
        case "doctor" -> new Doctor(System.out, InstantSource.system()).run(variables());
        case "rehearse" -> Rehearsal.run(); // for the launcher's "aot", and for nobody else
        case "check" ->
            new CheckCommand(System.out, System.err)
                .run(DotEnv.under(System.getenv(), Path.of("")));
        default -> help(2);
      };
    } catch (UsageException e) {
      System.err.println("avai " + command + ": " + e.getMessage() + " (avai help)");
      return 2;
    }
  }

  private static Set<String> optionsOf(String command) {
    return switch (command) {
      case "canister" -> Set.of("--host", "--port");
      case "chat" -> Set.of("--url", "--session");
      default -> Set.of();
    };
  }

  private static Map<String, String> variables() {
    return DotEnv.under(System.getenv(), Path.of(""));
  }

  private static int serve(Supplier<Map<String, String>> variables, String host) {
    ServerSettings settings = Environment.read(variables.get(), host);
    Logging.configure(settings.log());
    AvaiServer server = AvaiServer.start(settings);
    stopOnSignal(server);
    HangUp.onSignal(() -> {
      server.reloadCertificate();
      readCanistersAgain(server, settings, variables, host);
    });
    String scheme = settings.tlsCertificate() == null ? "http" : "https";
    System.out.println(
        "AVAI is ready at " + scheme + "://" + shown(settings.host(), server.port()) + "/");
    awaitForever();
    return 0;
  }

  /** The one variable that can change while the server runs. */
  private static void readCanistersAgain(
      AvaiServer server,
      ServerSettings started,
      Supplier<Map<String, String>> variables,
      String host) {
    System.Logger log = System.getLogger(Main.class.getName());
    try {
      CanisterAddresses canisters = Environment.read(variables.get(), host).canisters();
      if (canisters.urls().isEmpty() && started.canisters().urls().isEmpty()) {
        return; // There were none, there are none: the signal was about something else.
      }
      server.useCanisters(canisters.urls());
      log.log(System.Logger.Level.INFO, "canisters read again: {0}", canisters);
    } catch (ConfigurationException e) {
      log.log(System.Logger.Level.WARNING, "canisters stay as they are: {0}", e.getMessage());
    }
  }

  private static int demo() {
    Map<String, String> variables = new HashMap<>(variables());
    if (!variables.containsKey("AVAI_CANISTER_WS_URL")
        && !variables.containsKey("AVAI_CANISTER_WS_URL_FILE")) {
      DemoCanister canister = DemoCanister.start("127.0.0.1", 0, TYPING);
      variables.put("AVAI_CANISTER_WS_URL", canister.url().toString());
    }
    return serve(() -> variables, "127.0.0.1");
  }

  private static int canister(CommandOptions options) {
    try (DemoCanister canister =
        DemoCanister.start(
            options.text("--host", "127.0.0.1"), options.port("--port", 9090), TYPING)) {
      System.out.println("The demo canister (fixed rules, no AI) is at " + canister.url());
      awaitForever();
    } catch (UncheckedIOException e) {
      System.err.println("avai canister: " + e.getMessage());
      return 1;
    }
    return 0;
  }

  private static int chat(CommandOptions options) {
    URI url = options.webSocket("--url", "ws://127.0.0.1:8080/ws");
    Path session = Path.of(options.text("--session", sessionFile().toString()));
    return ChatClient.run(url, session, System.in, Boolean.getBoolean("avai.stdin.piped"), texts());
  }

  /** Where programs keep such things, by the XDG base directory specification. */
  private static Path sessionFile() {
    String state = System.getenv("XDG_STATE_HOME");
    Path base =
        state == null || state.isBlank()
            ? home().resolve(".local").resolve("state")
            : Path.of(state);
    return base.resolve("avai").resolve("chat.json");
  }

  /** What a shell writes as ~; Java's own idea of it is "?" for a user who has no entry. */
  private static Path home() {
    String home = System.getenv("HOME");
    return Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home);
  }

  /**
   * Where texts of people are printed. Who has chosen no locale at all, as in a container, gets
   * UTF-8 and no question marks.
   */
  private static PrintStream texts() {
    return System.out.charset().equals(StandardCharsets.US_ASCII)
        ? new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)
        : System.out;
  }

  /** As it stands in a URL. */
  private static String shown(String host, int port) {
    return host.equals("0.0.0.0") || host.equals("::")
        ? "localhost:" + port
        : NetUtil.toSocketAddressString(host, port);
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
              canister   the demo canister alone: --host, --port; or, for tests (docs/testkit.md),
                         a canister that plays a script: --script FILE, or one that records
                         another: --record URL --to FILE
              chat       talk in the terminal: --url ws://127.0.0.1:8080/ws, --session FILE (who you are, from
                         one time to the next; ~/.local/state/avai/chat.json)
              check      look for contradictions in the database of serve, and change nothing: exits
                         with 0 when nothing is wrong, 1 when something is, 2 when it could not look
              bench      measure a server of its own beside the limits of this machine (docs/performance.md)
              doctor     hold the configuration of serve against reality, and say how to mend what is
                         wrong: exits with 0 when nothing is, else 1
              aot        keep what a JDK 25 or later learns of a start, so that the next ones are quicker
              conformance
                         hold a server to the protocol: --url ws://127.0.0.1:8080/ws
              issuer     a fake issuer of session tokens, to rehearse signing in: --port (docs/testkit.md)
              help       this text\
            """);
    return status;
  }
}
