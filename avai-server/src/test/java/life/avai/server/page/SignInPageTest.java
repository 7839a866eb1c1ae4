package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import life.avai.server.support.TestServer;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.identity.FakeIssuer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing in with Clerk, whose script is a stand-in that is served where the key says. */
class SignInPageTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** What the page uses of Clerk; somebody is signed in when the browser has kept who. */
  private static final String CLERK =
      """
      const listeners = [];
      const key = document.currentScript.dataset.clerkPublishableKey;
      const token = () => localStorage.getItem('clerk');
      const state = () => ({ user: token() ? { id: 'user_1' } : null });
      globalThis.Clerk = {
        key,
        load: async () => {},
        addListener: (listener) => listeners.push(listener),
        get user() { return state().user; },
        get session() { return token() ? { getToken: async () => token() } : null; },
        redirectToSignIn: ({ redirectUrl }) => { globalThis.askedToSignIn = redirectUrl; },
        signOut: async () => { localStorage.removeItem('clerk'); for (const tell of listeners) tell(state()); },
      };
      globalThis.signedIn = (jwt) => { localStorage.setItem('clerk', jwt); for (const tell of listeners) tell(state()); };
      """;

  @TempDir private Path home;

  private HttpsServer clerk() throws Exception {
    Path file = home.resolve("clerk.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "clerk",
                "-dname",
                "CN=clerk.test",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(1, TimeUnit.MINUTES)).isTrue();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    byte[] script = CLERK.getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/npm/@clerk/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/javascript");
          exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
          exchange.sendResponseHeaders(200, script.length);
          exchange.getResponseBody().write(script);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void whoSignsIn_takesAlongWhatWasSaidBefore_andLeavesItWhenSigningOut() throws Exception {
    HttpsServer clerk = clerk();
    String host = "127.0.0.1:" + clerk.getAddress().getPort();
    try (Browser browser = Browser.start("--ignore-certificate-errors");
        FakeIssuer issuer = FakeIssuer.start();
        FakeCanister canister = FakeCanister.start(CanisterScript.replyWith("Hello there."));
        TestServer server =
            TestServer.start(
                canister,
                Map.of(
                    "CLERK_PUBLISHABLE_KEY",
                    FakeIssuer.publishableKey(host),
                    "CLERK_ISSUER",
                    issuer.issuer(),
                    "CLERK_JWKS_URL",
                    issuer.jwksUrl().toString()))) {
      String url = "http://127.0.0.1:" + server.port() + "/";
      Tab tab = browser.person().open(url);
      tab.awaitText("#user", "Anonymous");
      PageScenario.say(tab, "Before");
      PageScenario.awaitReply(tab, "Hello there.");
      tab.click("#sign-in");
      assertThat(tab.run("askedToSignIn").asString()).startsWith(url + "#/t/");

      String token =
          issuer
              .token("user_1")
              .claim("name", "Kim")
              .authorizedParty(url.replaceFirst("/$", ""))
              .sign();
      tab.run("signedIn(" + Tab.quoted(token) + ")");
      tab.awaitText("#sign-out", "Sign out");
      tab.await("localStorage.getItem('avai.session') === null");
      tab.reload();
      tab.awaitText("#sign-out", "Sign out");
      PageScenario.awaitReply(tab, "Hello there.");
      tab.awaitText(".thread", "Before");

      tab.click("#sign-out");
      tab.awaitText("#user", "Anonymous");
      tab.awaitText("#no-threads", "No chats yet.");
      assertThat(PageScenario.shown(tab)).isEmpty();
      assertThat(tab.problems()).isEmpty();
      assertThat(tab.requests())
          .allMatch(address ->
              address.contains("127.0.0.1:" + server.port() + "/") || address.contains(host));
    } finally {
      clerk.stop(0);
    }
  }
}
