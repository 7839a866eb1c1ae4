package life.avai.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import life.avai.testkit.canister.CanisterScript;
import org.junit.jupiter.api.Test;

/** The client without the page: in somebody else's, and with a server that misbehaves. */
class ClientTest extends PageScenario {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final String TYPES =
      "avai-server/src/main/resources/life/avai/server/page/avai-client.d.ts";

  /** A client on a socket of the test's own: what it sends is in {@code sent}. */
  private static final String FAKE =
      """
      globalThis.sent = [];
      globalThis.sockets = [];
      class FakeSocket {
        constructor() { sockets.push(this); }
        send(text) { sent.push(JSON.parse(text)); }
        close() { this.isClosed = true; }
      }
      globalThis.say = (frame) => sockets.at(-1).onmessage({ data: JSON.stringify(frame) });
      globalThis.all = (type) => sent.filter((frame) => frame.type === type);
      globalThis.last = (type) => all(type).at(-1);
      globalThis.pass = () => new Promise((done) => setTimeout(done));
      globalThis.online = async () => {
        say({ type: 'welcome', heartbeat_seconds: 30, limits: {} });
        await pass();
        say({ type: 'auth_success', user: { id: 'u' }, in_reply_to: last('authenticate').id });
        await pass();
      };
      globalThis.subscribed = (running) =>
        say({ type: 'subscribed', thread_id: 't', position: 1, in_reply_to: last('subscribe').id,
              running: running && { request_id: 'r', message_id: 'm', attempt: running } });
      globalThis.delta = (attempt, offset, delta) =>
        say({ type: 'ai_response_delta', thread_id: 't', request_id: 'r', message_id: 'm', attempt, offset, delta });
      import('/avai-client.js').then(({ AvaiClient }) => {
        globalThis.texts = [];
        globalThis.client = new AvaiClient({ url: 'ws://unused', WebSocket: FakeSocket, backoff: { first: 1 } });
        client.addEventListener('reply', ({ detail }) => texts.push(detail.text));
        client.connect();
        client.watch('t', { after_position: 1 });
      });
      """;

  private Tab connecting() {
    Tab tab = open();
    tab.run("(() => {" + FAKE + "})()");
    tab.await("globalThis.client");
    return tab;
  }

  private Tab online() {
    Tab tab = connecting();
    tab.run("online()");
    tab.run("subscribed(null)");
    return tab;
  }

  private static void lose(Tab tab) {
    tab.run("sockets.at(-1).onclose({code: 1006})");
    tab.await("client.state.state === 'connecting'");
    tab.run("online()");
  }

  @Test
  void delta_isAppendedOnlyWhereItFits_otherwiseTheClientAsksAgain() {
    Tab tab = online();
    tab.run("delta(1, 0, 'one'); delta(1, 3, ' two'); delta(1, 9, 'GAP')");
    assertThat(tab.run("texts.join('|')").asString()).isEqualTo("one|one two");
    assertThat(tab.run("last('subscribe').reply").toString())
        .isEqualTo("{\"message_id\":\"m\",\"attempt\":1,\"offset\":7}");

    // What was on its way before the answer must not be mixed with what comes after it.
    tab.run("delta(1, 7, 'LATE'); subscribed(1); delta(1, 7, ' three'); delta(1, 0, 'REPEAT')");
    assertThat(tab.run("texts.at(-1)").asString()).isEqualTo("one two three");
    assertThat(tab.run("last('subscribe').reply.offset").asInt()).isEqualTo(13);
  }

  @Test
  void higherAttempt_beginsAgain_andALowerOneIsDropped() {
    Tab tab = online();
    tab.run("delta(1, 0, 'one'); delta(2, 0, 'new'); delta(1, 3, 'OLD'); delta(2, 3, 'er')");
    assertThat(tab.run("texts.join('|')").asString()).isEqualTo("one|new|newer");
  }

  @Test
  void afterALoss_itGoesOnFromWhatIsKnownWithoutAGap() {
    Tab tab = online();
    tab.run(
        "for (const position of [2, 4])"
            + " say({type: 'message_added', thread_id: 't', message: {position}});"
            + " delta(1, 0, 'one')");
    lose(tab);
    assertThat(tab.run("last('subscribe').after_position").asInt()).isEqualTo(2);
    assertThat(tab.run("last('subscribe').reply.offset").asInt()).isEqualTo(3);
    // Meanwhile the reply was begun anew.
    tab.run("subscribed(2); delta(2, 0, 'anew')");
    assertThat(tab.run("texts.join('|')").asString()).isEqualTo("one||anew");
  }

  @Test
  void message_isSentUnderOneIdUntilItIsAcknowledged_andNoneOvertakesIt() {
    Tab tab = online();
    tab.run(
        "globalThis.done = client.send({thread_id: 't', content: 'a'});"
            + " client.send({thread_id: 't', content: 'b'}); 0");
    tab.run(
        "say({type: 'error', code: 'STORE_UNAVAILABLE', message: '', retryable: true,"
            + " retry_after: 0, in_reply_to: last('send_message').id})");
    tab.await("all('send_message').length === 2");
    lose(tab);
    assertThat(tab.run("all('send_message').map(frame => frame.content).join()").asString())
        .isEqualTo("a,a,a");
    assertThat(
            tab.run("new Set(all('send_message').map(frame => frame.client_message_id)).size")
                .asInt())
        .isOne();
    tab.run(
        "say({type: 'message_sent', thread_id: 't', position: 2,"
            + " in_reply_to: last('send_message').id}); done");
    tab.await("last('send_message').content === 'b'");
    assertThat(tab.run("client.outbox.length").asInt()).isOne();
  }

  @Test
  void messageThatIsRefusedForGood_isTold_andNotSentAgain() {
    Tab tab = online();
    tab.run(
        "client.send({thread_id: 't', content: 'a'}).catch(error => globalThis.refused ="
            + " error.code); 0");
    tab.run(
        "say({type: 'error', code: 'CONTENT_TOO_LARGE', message: '', retryable: false,"
            + " in_reply_to: last('send_message').id})");
    tab.await("globalThis.refused === 'CONTENT_TOO_LARGE'");
    lose(tab);
    assertThat(tab.run("all('send_message').length").asInt()).isOne();
  }

  @Test
  void refusedCredentials_areAskedForAgain_andThenItGivesUp() {
    Tab tab = connecting();
    tab.run("say({type: 'welcome', heartbeat_seconds: 30, limits: {}})");
    for (int i = 1; i <= 3; i++) {
      tab.await("all('authenticate').length === " + i);
      tab.run(
          "say({type: 'error', code: 'AUTH_FAILED', message: 'no',"
              + " in_reply_to: last('authenticate').id})");
    }
    tab.await("client.state.state === 'refused' && sockets.at(-1).isClosed");
    assertThat(tab.run("client.state.reason").asString()).isEqualTo("no");
  }

  @Test
  void types_nameEveryMemberOfTheClient() throws IOException {
    String types = Files.readString(ROOT.resolve(TYPES));
    Tab tab = open();
    var names =
        tab.run(
            "import('/avai-client.js').then(all => [...Object.keys(all),"
                + " ...Object.getOwnPropertyNames(all.AvaiClient.prototype)])");
    assertThat(names.size()).isGreaterThan(10);
    names.forEach(name -> assertThat(types).containsPattern("\\b" + name.asString() + "\\b"));
  }

  @Test
  void exampleInTheGuide_isAWholePage_onAnotherOrigin() throws IOException {
    var example =
        Pattern.compile("(?s)```html\\n(.*?)```")
            .matcher(Files.readString(ROOT.resolve("docs/client.md")));
    assertThat(example.find()).isTrue();
    byte[] html =
        example
            .group(1)
            .replace("localhost:8080", "127.0.0.1:" + port())
            .getBytes(StandardCharsets.UTF_8);
    CANISTER.script(CanisterScript.answering(request -> "To " + request.question()));
    HttpServer elsewhere =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    elsewhere.createContext(
        "/page",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(200, html.length);
          exchange.getResponseBody().write(html);
          exchange.close();
        });
    elsewhere.start();
    try {
      Tab tab = person().open("http://localhost:" + elsewhere.getAddress().getPort() + "/page");
      tab.awaitText("#state", "online");
      for (String text : new String[] {"one", "two"}) {
        tab.click("#text");
        tab.type(text);
        tab.press("Enter");
        tab.awaitText("#log li:last-child", "To " + text);
      }
      assertThat(tab.problems()).isEmpty();
      tab.close();
    } finally {
      elsewhere.stop(0);
    }
  }
}
