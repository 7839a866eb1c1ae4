package life.avai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.regex.Pattern;
import life.avai.server.support.TestServer;
import life.avai.testkit.identity.FakeIssuer;
import life.avai.testkit.json.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chat page's files as they are served. */
class PageFilesTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(Map.of());
  }

  @AfterAll
  static void stop() {
    server.close();
    HTTP.close();
  }

  private static HttpResponse<String> ask(String method, String path, String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/index.html, text/html; charset=utf-8",
    "/app/app.js, text/javascript; charset=utf-8",
    "/style/page.css, text/css; charset=utf-8",
    "/favicon.svg, image/svg+xml",
    "/avai-client.js, text/javascript; charset=utf-8",
    "/avai-client.d.ts, text/plain; charset=utf-8",
    "/config.json, application/json; charset=utf-8"
  })
  void file_hasItsType_andItsTag(String path, String type) throws Exception {
    HttpResponse<String> answer = ask("GET", path);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "Content-Type")).isEqualTo(type);
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
    if (!path.equals("/config.json")) {
      HttpResponse<String> again =
          ask("GET", path, "If-None-Match", "\"other\", W/" + header(answer, "ETag"));
      assertThat(again.statusCode()).isEqualTo(304);
      assertThat(again.body()).isEmpty();
      assertThat(header(again, "ETag")).isEqualTo(header(answer, "ETag"));
      assertThat(ask("GET", path, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void head_tellsTheLengthAndSendsNothing() throws Exception {
    HttpResponse<String> answer = ask("HEAD", "/app/app.js");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(header(answer, "Content-Length"))
        .isEqualTo(header(ask("GET", "/app/app.js"), "Content-Length"));
  }

  @Test
  void everyAddressInThePage_isThere_andLibrariesAreKeptForEver() throws Exception {
    var addresses =
        Pattern.compile("(?:href|src)=\"(/[^\"#]+)\"")
            .matcher(ask("GET", "/").body())
            .results()
            .map(match -> match.group(1))
            .toList();
    assertThat(addresses).hasSizeGreaterThan(8);
    for (String address : addresses) {
      HttpResponse<String> answer = ask("GET", address);
      assertThat(answer.statusCode()).as(address).isEqualTo(200);
      assertThat(header(answer, "Cache-Control"))
          .isEqualTo(
              address.startsWith("/lib/") ? "public, max-age=31536000, immutable" : "no-cache");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/app",
        "/app/",
        "/app/nothing.js",
        "/page.js",
        "/app/..%2findex.html",
        "/%2e%2e/%2e%2e/server/Main.class",
        "/lib/marked/17.0.1/package.json",
        "/lib/marked/0.0.0/lib/marked.esm.js",
        "/lib/marked/../lib/marked.esm.js",
        "/META-INF/MANIFEST.MF",
        "/app/app.js%00.html",
        "/a//b.js"
      })
  void everythingElse_isNotFound_asJson(String path) throws Exception {
    HttpResponse<String> answer = ask("GET", path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(Json.parseObject(answer.body()).integer("status")).isEqualTo(404);
  }

  @Test
  void policy_letsThePageAskNobodyElse() throws Exception {
    assertThat(header(ask("GET", "/"), "Content-Security-Policy"))
        .contains("default-src 'none'", "frame-ancestors 'none'", "trusted-types dompurify")
        .doesNotContain("unsafe", "http", "*", "data:");
    assertThat(ask("GET", "/config.json").body()).doesNotContain("sign_in");
  }

  @Test
  void policy_namesClerkWhereItIsConfigured_andTheConfigurationTellsNoSecret() throws Exception {
    TestServer before = server;
    String key = FakeIssuer.publishableKey("clerk.example.com");
    try (TestServer clerk =
        TestServer.start(Map.of("CLERK_PUBLISHABLE_KEY", key, "CLERK_SECRET_KEY", "sk_test_x"))) {
      server = clerk;
      assertThat(header(ask("GET", "/"), "Content-Security-Policy"))
          .contains(
              "script-src 'self' https://clerk.example.com;",
              "connect-src 'self' https://clerk.example.com;")
          .doesNotContain("unsafe", "*");
      String config = ask("GET", "/config.json").body();
      assertThat(config).doesNotContain("sk_test");
      assertThat(Json.parseObject(config).object("sign_in").fields())
          .containsOnlyKeys("publishable_key", "frontend_api");
      assertThat(Json.parseObject(config).object("sign_in").string("frontend_api"))
          .isEqualTo("https://clerk.example.com");
    } finally {
      server = before;
    }
  }

  @Test
  void client_mayBeImportedByPagesOfOtherOrigins_andNothingElse() throws Exception {
    assertThat(header(ask("GET", "/avai-client.js"), "Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(header(ask("GET", "/app/app.js"), "Access-Control-Allow-Origin")).isEmpty();
    assertThat(header(ask("GET", "/config.json"), "Access-Control-Allow-Origin")).isEmpty();
  }
}
