package life.avai.testkit.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import org.junit.jupiter.api.Test;

class FakeIssuerProgramTest {
  private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static JsonObject claims(String token) {
    return Json.parseObject(
        new String(Base64.getUrlDecoder().decode(token.split("[.]")[1]), UTF_8));
  }

  @Test
  void issuer_tellsWhereItIs_andSignsWhatItIsAskedFor() throws Exception {
    var said = new ByteArrayOutputStream();
    try (FakeIssuer issuer =
        FakeIssuerProgram.start(List.of("--port", "0"), new PrintStream(said, true, UTF_8))) {
      assertThat(said.toString(UTF_8)).contains("CLERK_ISSUER=" + issuer.issuer());
      assertThat(get(issuer.jwksUrl().toString()).body()).contains("\"kid\":\"ins_1\"");

      String query = "?sub=user_1&tier=pro&azp=https%3A%2F%2Fapp.example&seconds=600";
      JsonObject claims = claims(get(issuer.issuer() + "/token" + query).body());

      assertThat(claims.string("sub")).isEqualTo("user_1");
      assertThat(claims.string("iss")).isEqualTo(issuer.issuer());
      assertThat(claims.string("azp")).isEqualTo("https://app.example");
      assertThat(claims.object("public_metadata").string("tier")).isEqualTo("pro");
      assertThat(claims.integer("exp")).isGreaterThan(Instant.now().getEpochSecond() + 500);
      assertThat(get(issuer.issuer() + "/token").statusCode()).isEqualTo(400);
      assertThat(get(issuer.issuer() + "/token?sub=u&seconds=x").statusCode()).isEqualTo(400);
    }
  }

  @Test
  void optionsThatAreNone_areRefused() {
    for (List<String> wrong :
        List.of(List.of("--port"), List.of("--port", "no"), List.of("--post", "1"))) {
      assertThatThrownBy(() -> FakeIssuerProgram.start(wrong, System.out))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
