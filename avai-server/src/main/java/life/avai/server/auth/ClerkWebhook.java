package life.avai.server.auth;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import life.avai.domain.StoreUnavailableException;
import life.avai.domain.identity.Revocations;
import life.avai.server.http.Endpoint;
import life.avai.server.http.HttpResources.Answer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hears from Clerk that a session has ended, or that a user was deleted. Every event may come
 * twice.
 */
public final class ClerkWebhook implements Endpoint {
  private static final System.Logger LOG = System.getLogger(ClerkWebhook.class.getName());
  private static final String PATH = "/webhooks/clerk";
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final int MAX_NAME = 255;

  private final SvixSignature signature;
  private final Revocations revocations;
  private final Consumer<String> sessionEnded;
  private final Consumer<String> userDeleted;
  private final InstantSource clock;

  /**
   * Made once for a server.
   *
   * @param sessionEnded told the id of a session that no longer counts
   * @param userDeleted told the subject of a user who is no more
   */
  public ClerkWebhook(
      SvixSignature signature,
      Revocations revocations,
      Consumer<String> sessionEnded,
      Consumer<String> userDeleted,
      InstantSource clock) {
    this.signature = signature;
    this.revocations = revocations;
    this.sessionEnded = sessionEnded;
    this.userDeleted = userDeleted;
    this.clock = clock;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(PATH);
  }

  @Override
  public Reply answer(Call call) {
    if (!call.method().equals(HttpMethod.POST)) {
      return Reply.notAllowed("POST");
    }
    HttpHeaders headers = call.headers();
    if (!signature.isGood(
        headers.get("svix-id"),
        headers.get("svix-timestamp"),
        headers.get("svix-signature"),
        call.body(),
        clock.instant())) {
      return Reply.error(HttpResponseStatus.UNAUTHORIZED, "the signature is not good");
    }
    JsonNode event;
    try {
      event = JSON.readTree(call.body());
    } catch (JacksonException e) {
      return notJson();
    }
    if (event.isMissingNode()) { // An empty body.
      return notJson();
    }
    try {
      hear(text(event.path("type")), text(event.path("data").path("id")));
    } catch (StoreUnavailableException e) {
      // It will be sent again.
      return Reply.error(HttpResponseStatus.SERVICE_UNAVAILABLE, "try again");
    }
    return new Reply.Whole(new Answer(HttpResponseStatus.NO_CONTENT, "", new byte[0], Map.of()));
  }

  private static Reply notJson() {
    return Reply.error(HttpResponseStatus.BAD_REQUEST, "the body is no JSON");
  }

  private void hear(@Nullable String type, @Nullable String id) {
    if (type == null || id == null) {
      return;
    }
    switch (type) {
      case "session.removed", "session.ended", "session.revoked" -> {
        // Before the sockets are looked for: one that authenticates meanwhile looks here after it
        // can be found.
        revocations.endSession(id);
        sessionEnded.accept(id);
        LOG.log(System.Logger.Level.INFO, "webhook type={0} session={1}", type, id);
      }
      case "user.deleted" -> {
        revocations.endSubject(id);
        userDeleted.accept(id);
        LOG.log(System.Logger.Level.INFO, "webhook type={0} subject={1}", type, id);
      }
      default -> {
        // Others are not asked for, and are no error either.
      }
    }
  }

  private static @Nullable String text(JsonNode node) {
    return node.isString() && node.stringValue().matches("[!-~]{1," + MAX_NAME + "}")
        ? node.stringValue()
        : null;
  }
}
