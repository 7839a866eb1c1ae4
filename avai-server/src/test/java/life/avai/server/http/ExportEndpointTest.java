package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import life.avai.domain.identity.UserId;
import life.avai.domain.memory.InMemoryStore;
import life.avai.domain.privacy.ExportData;
import life.avai.server.http.Endpoint.Reply;
import life.avai.server.wire.ExportLines;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.Test;

/** How many copies are fetched at once. */
class ExportEndpointTest {
  private static final int AT_ONCE = 8;

  private final InMemoryStore stores = new InMemoryStore();
  private final ExportData export =
      new ExportData(
          stores.personalData(), stores.exportLinks(), InstantSource.system(), new SecureRandom());
  private final ExportEndpoint endpoint = new ExportEndpoint(export);

  private UserId user() {
    return Fixtures.signedIn(stores.users()).userId();
  }

  private String link(UserId user) {
    return ExportLines.PATH + export.offer(user).secret().reveal();
  }

  private Reply fetch(String link) {
    return endpoint.answer(
        new Endpoint.Call(HttpMethod.GET, link, new DefaultHttpHeaders(), new byte[0]));
  }

  private static int status(Reply reply) {
    return ((Reply.Whole) reply).answer().status().code();
  }

  private static void finish(Reply reply) throws IOException {
    ((Reply.Streamed) reply).body().writeTo(new ByteArrayOutputStream());
  }

  @Test
  void eightCopies_areFetchedAtOnce_andOneMoreSpendsNoLink() throws IOException {
    List<Reply> underWay = IntStream.range(0, AT_ONCE).mapToObj(i -> fetch(link(user()))).toList();
    assertThat(underWay).hasOnlyElementsOfType(Reply.Streamed.class);
    String late = link(user());
    assertThat(status(fetch(late))).isEqualTo(503);

    finish(underWay.getFirst());

    assertThat(fetch(late)).isInstanceOf(Reply.Streamed.class);
    assertThat(status(fetch(link(user())))).isEqualTo(503);
  }

  @Test
  void oneUser_fetchesOneCopyAtATime() throws IOException {
    UserId user = user();
    Reply first = fetch(link(user));
    assertThat(status(fetch(link(user)))).isEqualTo(429);

    finish(first);

    assertThat(fetch(link(user))).isInstanceOf(Reply.Streamed.class);
  }

  @Test
  void linksThatOpenNothing_andCopiesThatAreCutOff_takeNoRoom() {
    UserId user = user();
    for (int i = 0; i < 2 * AT_ONCE; i++) {
      assertThat(status(fetch(ExportLines.PATH + "unknown"))).isEqualTo(404);
      Reply.Streamed copy = (Reply.Streamed) fetch(link(user));
      assertThatThrownBy(() ->
              copy.body()
                  .writeTo(
                      new OutputStream() {
                        @Override
                        public void write(int value) throws IOException {
                          throw new IOException("the peer is gone");
                        }
                      }))
          .isInstanceOf(IOException.class);
    }
    assertThat(fetch(link(user))).isInstanceOf(Reply.Streamed.class);
  }
}
