package life.avai.server.auth;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.Resource;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches the issuer's keys, of bounded size and in a bounded time. The time is for all of it: the
 * library's own begins anew with every byte. A redirect is not followed, because keys count that
 * come from the address that was configured, and no others.
 */
final class KeyRetriever extends DefaultResourceRetriever {
  private final Duration limit;

  KeyRetriever(Duration limit, int maxBytes) {
    super((int) limit.toMillis(), (int) limit.toMillis(), maxBytes);
    this.limit = limit;
  }

  /**
   * Fetches keys.
   *
   * @throws IOException also when there is none among them that could have signed a token: an
   *     answer without keys must not take the place of the keys that are kept
   */
  @Override
  public Resource retrieveResource(URL url) throws IOException {
    Resource resource = retrieveInTime(url);
    try {
      if (JWKSet.parse(resource.getContent()).getKeys().stream()
          .noneMatch(RSAKey.class::isInstance)) {
        throw new IOException("there is no RSA key");
      }
    } catch (ParseException e) {
      throw new IOException("there is no set of keys", e);
    }
    return resource;
  }

  private Resource retrieveInTime(URL url) throws IOException {
    FutureTask<Resource> fetch = new FutureTask<>(() -> super.retrieveResource(url));
    // A virtual thread that is interrupted closes the socket that it reads from.
    Thread unused = Thread.ofVirtual().name("clerk-keys-fetch").start(fetch);
    try {
      return fetch.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("not answered in " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      fetch.cancel(true);
    }
  }

  @Override
  protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
    HttpURLConnection connection = super.openHTTPConnection(url);
    connection.setInstanceFollowRedirects(false);
    return connection;
  }
}
