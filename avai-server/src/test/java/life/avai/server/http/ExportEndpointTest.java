package life.avai.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger addresses = new AtomicInteger();
  private final InMemoryStore stores = new InMemoryStore();
  private final ExportData export =
      new ExportData(
          stores.personalData(), stores.exportLinks(), InstantSource.system(), new SecureRandom());
  private final ExportEndpoint endpoint = new ExportEndpoint(export, new CopyPlaces(nanos::get));

  private UserId user() {
    return Fixtures.signedIn(stores.users()).userId();
  }

  private String link(UserId user) {
    return ExportLines.PATH + export.offer(user).secret().reveal();
  }

  /** From an address that nobody else has. */
  private Reply fetch(String link) {
    return fetch(link, addresses.incrementAndGet());
  }

  private Reply fetch(String link, int host) {
    byte[] address = {(byte) 203, 0, 113, (byte) host};
    try {
      return endpoint.answer(
          new Endpoint.Call(
              HttpMethod.GET,
              link,
              new DefaultHttpHeaders(),
              new byte[0],
              InetAddress.getByAddress(address)));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private void passes(Duration time) {
    nanos.addAndGet(time.toNanos());
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

  /** Who reads the copy must not take it for all that there was. */
  @Test
  void copyOfAUserWhoIsDeletedMeanwhile_hasNoEnd() throws IOException {
    UserId user = user();
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    OutputStream deleting =
        new FilterOutputStream(copy) {
          @Override
          public void write(byte[] bytes, int from, int length) {
            copy.write(bytes, from, length);
            boolean unused = stores.personalData().delete(user);
          }
        };

    ((Reply.Streamed) fetch(link(user))).body().writeTo(deleting);

    assertThat(copy.toString(StandardCharsets.UTF_8))
        .contains("\"profile\"")
        .doesNotContain("\"end\"");
  }

  @Test
  void oneAddress_fetchesTwoCopiesAtATime() throws IOException {
    Reply first = fetch(link(user()), 200);
    assertThat(first).isInstanceOf(Reply.Streamed.class);
    assertThat(fetch(link(user()), 200)).isInstanceOf(Reply.Streamed.class);
    String late = link(user());
    assertThat(status(fetch(late, 200))).isEqualTo(503);
    // However long they take: there is room for others.
    passes(CopyPlaces.CERTAIN.multipliedBy(10));
    assertThat(status(fetch(late, 200))).isEqualTo(503);
    assertThat(fetch(link(user()), 201)).isInstanceOf(Reply.Streamed.class);

    finish(first);

    assertThat(fetch(late, 200)).isInstanceOf(Reply.Streamed.class);
  }

  @Test
  void eightSlowReaders_makeRoomForWhoComes_theOldestFirst() throws IOException {
    Reply oldest = fetch(link(user()));
    passes(Duration.ofSeconds(1));
    List<Reply> others = IntStream.range(1, AT_ONCE).mapToObj(i -> fetch(link(user()))).toList();
    String late = link(user());
    passes(CopyPlaces.CERTAIN.minusSeconds(1));
    assertThat(status(fetch(late))).as("each has its minute").isEqualTo(503);
    passes(Duration.ofMillis(1));
    assertThat(status(fetch(ExportLines.PATH + "unknown"))).as("for nothing").isEqualTo(404);

    Reply next = fetch(late);

    assertThat(next).isInstanceOf(Reply.Streamed.class);
    assertThatThrownBy(() -> finish(oldest))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("others wait for the place");
    assertThat(status(fetch(link(user())))).as("one has made room, for one").isEqualTo(503);
    for (Reply other : others) {
      finish(other);
    }
    finish(next);
  }

  @Test
  void slowReaders_areLeftAlone_whileThereIsRoom() throws IOException {
    Reply slow = fetch(link(user()));
    passes(CopyPlaces.CERTAIN.multipliedBy(10));
    assertThat(fetch(link(user()))).isInstanceOf(Reply.Streamed.class);

    finish(slow);
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
