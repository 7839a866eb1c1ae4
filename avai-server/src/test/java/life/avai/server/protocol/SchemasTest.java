package life.avai.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.WebSocketServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schemas say what the code and the pages say. That frames fit them, every test says. */
class SchemasTest {
  private static final Path ROOT = Conversation.DOCUMENTS.getParent().getParent();
  private static final Path CODE = ROOT.resolve("avai-server/src/main/java/life/avai/server");
  private static final String UUID = "0198c0de-0000-7000-8000-000000000001";

  /** What errors say of fields that an example leaves out. */
  private static final Set<String> LEFT_OUT = Set.of("required", "dependentRequired", "oneOf");

  private static Set<String> names(String text, String pattern) {
    Set<String> names = new TreeSet<>();
    for (Matcher found = Pattern.compile(pattern).matcher(text); found.find(); ) {
      names.add(found.group(1));
    }
    assertThat(names).isNotEmpty();
    return names;
  }

  @Test
  void everyTypeInTheCode_hasASchema_andNoOther() throws IOException {
    String codec = Files.readString(CODE.resolve("wire/ClientCodec.java"));
    String frames = Files.readString(CODE.resolve("wire/ServerFrames.java"));
    String canister =
        Files.readString(
            ROOT.resolve(
                "avai-canister-client/src/main/java/life/avai/canister/wire/CanisterCodec.java"));

    assertThat(Conversation.FROM_CLIENT.types())
        .isEqualTo(names(codec, "Map\\.entry\\(\\s*\"([a-z_]+)\""));
    assertThat(Conversation.TO_CLIENT.types())
        .containsAll(
            names(frames, "(?:new ServerFrame|ofThread|typingConfirmed)\\(\\s*\"([a-z_]+)\""));
    assertThat(names(frames + codec + websocket(), "\"([a-z_]+)\""))
        .containsAll(Conversation.TO_CLIENT.types());
    assertThat(Conversation.TO_CANISTER.types())
        .isEqualTo(names(canister, "\"?type\\\\?\"[:,] ?\\\\?\"([a-z_]+)"));
    assertThat(names(canister, "\"([a-z_]+)\"")).containsAll(Conversation.FROM_CANISTER.types());
  }

  private static String websocket() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.list(CODE.resolve("websocket"))) {
      for (Path file : files.toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  @Test
  void everySchema_isOneOfDraft2020_12() {
    var dialect =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    assertThat(Conversation.texts())
        .hasSizeGreaterThan(50)
        .allSatisfy((address, text) ->
            assertThat(dialect.validate(text, InputFormat.JSON)).as(address).isEmpty());
  }

  @Test
  void asyncApi_refersToEverySchema_andToNothingElse() throws IOException {
    String document = Files.readString(Conversation.DOCUMENTS.resolve("asyncapi.yaml"));
    Set<String> all = new TreeSet<>();
    for (Conversation conversation : Conversation.values()) {
      for (String type : conversation.types()) {
        all.add(
            conversation.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + "/" + type);
      }
    }
    assertThat(names(document, "\\$ref: \\./schemas/(\\S+)\\.json")).isEqualTo(all);

    // Every name that is referred to is defined: "toClient.pong:" with whatever indentation.
    for (String name : names(document, "\\$ref: '#/\\S*/([^/']+)'")) {
      assertThat(document).containsPattern("(?m)^ +" + Pattern.quote(name) + ":$");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "TO_CLIENT | {'type':'pong','timestamp':'2026-01-31T12:00:00.000Z','more':1} |"
            + " additionalProperties",
        "TO_CLIENT | {'type':'pong'} | required",
        "TO_CLIENT | {'type':'pong','timestamp':'2026-01-31T12:00:00Z'} | pattern",
        "TO_CLIENT | {'type':'ai_typing','thread_id':'U','request_id':'U','is_typing':1} | type",
        "TO_CLIENT | {'type':'ai_typing','thread_id':'5','request_id':'U','is_typing':true} |"
            + " pattern",
        "TO_CLIENT | {'type':'ai_cancelled','thread_id':'U','request_id':'U','content':'x'} |"
            + " dependentRequired",
        "TO_CLIENT |"
            + " {'type':'error','code':'NEW','error_type':'NEW','message':'m','success':false,'retryable':true}"
            + " | enum",
        "TO_CLIENT |"
            + " {'type':'error','code':'CONFLICT','error_type':'CONFLICT','message':'m','success':false,'retryable':false}"
            + " | required",
        "TO_CANISTER | {'type':'cancel','request_id':'U','why':'x'} | additionalProperties",
        "FROM_CLIENT | {'type':'cancel'} | required",
        "FROM_CLIENT | {'type':'send_message','thread_id':'new','content':''} | minLength",
        "FROM_CLIENT | {'type':'authenticate','anonymous':true,'token':'x'} | not",
        "FROM_CANISTER | {'type':'response','request_id':'U','response':5} | type"
      })
  void wrongFrame_isCaught(Conversation conversation, String frame, String keyword) {
    assertThat(conversation.problems(sample(frame)))
        .extracting(Error::getKeyword)
        .contains(keyword);
  }

  private static JsonObject sample(String frame) {
    return Json.parseObject(frame.replace("'U'", "'" + UUID + "'").replace('\'', '"'));
  }

  @Test
  void wrongFrameOnTheWire_isHeard_andSoIsATypeWithoutSchema() {
    String welcome =
        sample("{'type':'welcome','message':'x','connection_id':'U','server_version':'x'}")
            .toString();
    try (WebSocketServer server =
            WebSocketServer.start(socket -> {
              socket.sendText(welcome);
              socket.sendText("{\"type\":\"surprise\"}");
              var unused = socket.receiveMessage();
            });
        TestClient client = TestClient.connect(server.uri("/ws"))) {
      client.await("surprise");
    }
    assertThat(FrameGuardExtension.take())
        .anySatisfy(complaint -> assertThat(complaint).contains("protocol_version"))
        .anySatisfy(complaint -> assertThat(complaint).contains("no schema"));
  }

  /** The pages leave out what does not matter there: "…" is some value, ",…" some more fields. */
  @Test
  void everyExampleInTheProtocol_fits() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/protocol.md"));
    List<String> wrong = new ArrayList<>();
    int examples = 0;
    for (Matcher found = Pattern.compile("(?m)^([<>] )?(\\{\"type\":[^`]*?\\})$").matcher(page);
        found.find();
        examples++) {
      JsonObject frame = example(found.group(2));
      Conversation conversation =
          found.group(1) == null
              ? Conversation.TO_CANISTER
              : found.group(1).startsWith("<") ? Conversation.TO_CLIENT : Conversation.FROM_CLIENT;
      boolean whole = !found.group(2).contains(",…");
      conversation.problems(frame).stream()
          .filter(error -> whole || !LEFT_OUT.contains(error.getKeyword()))
          .forEach(error -> wrong.add(error + " in " + frame));
    }
    assertThat(wrong).isEmpty();
    assertThat(examples).isGreaterThan(9);
  }

  private static JsonObject example(String text) {
    return Json.parseObject(
        text.replace(",…", "")
            .replaceAll(
                "\"((?:[a-z_]+_)?(?:id|to))\":\"(?:…|[A-Z]|5a0c…)\"", "\"$1\":\"" + UUID + "\"")
            .replaceAll("\"(timestamp|[a-z]+_at)\":\"…\"", "\"$1\":\"2026-01-31T12:00:00.000Z\""));
  }
}
