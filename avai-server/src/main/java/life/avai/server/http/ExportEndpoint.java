package life.avai.server.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.identity.SessionToken;
import life.avai.domain.identity.UserId;
import life.avai.domain.privacy.ExportData;
import life.avai.server.wire.ExportLines;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.exc.JacksonIOException;

/** Where a user's copy of their data is fetched, once, by whoever has the link. */
public final class ExportEndpoint implements Endpoint {
  private static final System.Logger LOG = System.getLogger(ExportEndpoint.class.getName());

  private final ExportData export;
  private final CopyPlaces places;
  private final Set<UserId> fetching = ConcurrentHashMap.newKeySet();

  public ExportEndpoint(ExportData export) {
    this(export, new CopyPlaces(System::nanoTime));
  }

  ExportEndpoint(ExportData export, CopyPlaces places) {
    this.export = export;
    this.places = places;
  }

  @Override
  public boolean isAt(String path) {
    return path.startsWith(ExportLines.PATH);
  }

  @Override
  public Reply answer(Call call) {
    // HEAD spends nothing: a link is looked at by what previews links.
    if (!call.method().equals(HttpMethod.GET)) {
      return Reply.notAllowed("GET");
    }
    CopyPlaces.@Nullable Place place = places.tryEnter(call.client());
    if (place == null) {
      return Reply.error(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many copies; try again");
    }
    boolean begun = false;
    try {
      String secret = call.path().substring(ExportLines.PATH.length());
      Optional<UserId> user = export.redeem(SessionToken.presented(secret));
      if (user.isEmpty()) {
        return Reply.error(HttpResponseStatus.NOT_FOUND, "the link is unknown, used or over");
      }
      if (!fetching.add(user.get())) {
        return Reply.error(HttpResponseStatus.TOO_MANY_REQUESTS, "a copy is being fetched");
      }
      begun = true;
      places.begin(place);
      return new Reply.Streamed(
          ExportLines.CONTENT_TYPE,
          Map.of("Content-Disposition", "attachment; filename=\"avai-export.jsonl\""),
          out -> write(user.get(), place, new WhileHeld(out, place)));
    } catch (StoreUnavailableException e) {
      return Reply.error(HttpResponseStatus.SERVICE_UNAVAILABLE, "try again");
    } finally {
      if (!begun) {
        places.leave(place);
      }
    }
  }

  private void write(UserId user, CopyPlaces.Place place, OutputStream out) throws IOException {
    try {
      boolean whole = export.write(user, new ExportLines(out));
      LOG.log(System.Logger.Level.INFO, "exported user={0} whole={1}", user, whole);
    } catch (StoreUnavailableException | JacksonIOException e) {
      throw new IOException(e);
    } finally {
      fetching.remove(user);
      places.leave(place);
    }
  }

  /** Writes for as long as the place is held. */
  private static final class WhileHeld extends FilterOutputStream {
    private final CopyPlaces.Place place;

    WhileHeld(OutputStream out, CopyPlaces.Place place) {
      super(out);
      this.place = place;
    }

    @Override
    public void write(int value) throws IOException {
      check();
      out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      check();
      out.write(bytes, offset, length);
    }

    private void check() throws IOException {
      if (place.isLost()) {
        throw new IOException("others wait for the place");
      }
    }
  }
}
