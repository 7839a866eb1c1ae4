package life.avai.server.doctor;

import static life.avai.server.doctor.Finding.note;
import static life.avai.server.doctor.Finding.ok;
import static life.avai.server.doctor.Finding.wrong;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import life.avai.canister.CanisterSettings;
import life.avai.server.settings.CanisterAddresses;

/** Dials every canister as the server would, and hangs up. */
final class CanisterExamination implements Examination {
  private static final String SUBJECT = "canister";
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final CanisterAddresses canisters;

  CanisterExamination(CanisterAddresses canisters) {
    this.canisters = canisters;
  }

  @Override
  public List<Finding> look() {
    if (canisters.urls().isEmpty()) {
      return List.of(
          note(SUBJECT, "none; messages are kept and not answered", "set AVAI_CANISTER_WS_URL"));
    }
    List<Finding> found = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      canisters.urls().forEach(url -> found.add(dial(http, url)));
    }
    return found;
  }

  private Finding dial(HttpClient http, URI url) {
    String place = url.getScheme() + "://" + CanisterSettings.place(url);
    try {
      WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(PATIENCE);
      if (canisters.token() != null) {
        builder.header("Authorization", "Bearer " + canisters.token());
      }
      builder.buildAsync(url, new WebSocket.Listener() {}).join().abort();
      return ok(SUBJECT, place + " accepts");
    } catch (CompletionException e) {
      return explain(place, e);
    }
  }

  private Finding explain(String place, CompletionException cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      switch (each) {
        case WebSocketHandshakeException refused -> {
          return refused(place, refused.getResponse().statusCode());
        }
        case SSLException ignored -> {
          return wrong(
              SUBJECT,
              place + " and we do not agree about TLS",
              "is its certificate for that name, not expired, and of an authority that Java knows?"
                  + " Is it ws:// perhaps?");
        }
        case UnresolvedAddressException ignored -> {
          return wrong(SUBJECT, place + " is no name that is known", "correct the URL, or the DNS");
        }
        case HttpTimeoutException ignored -> {
          return wrong(
              SUBJECT,
              place + " does not answer",
              "is there a firewall, and is it ws:// or wss://?");
        }
        default -> {
          // Wrapped, perhaps.
        }
      }
    }
    Throwable why = cause.getCause() == null ? cause : cause.getCause();
    return why instanceof ConnectException
        ? wrong(SUBJECT, place + " refuses connections", "is it running, and is the port right?")
        : wrong(
            SUBJECT,
            place + " ends the handshake (" + why.getClass().getSimpleName() + ")",
            "is it a WebSocket, and is it ws:// or wss://?");
  }

  private Finding refused(String place, int status) {
    if (status == UNAUTHORIZED || status == FORBIDDEN) {
      return wrong(
          SUBJECT,
          place + " does not let us in (status " + status + ")",
          canisters.token() == null ? "set AVAI_CANISTER_TOKEN" : "correct AVAI_CANISTER_TOKEN");
    }
    return wrong(
        SUBJECT,
        place + " answers with status " + status + " instead of a WebSocket",
        "is the path in AVAI_CANISTER_WS_URL right?");
  }
}
