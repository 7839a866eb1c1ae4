package life.avai.server.wire;

import java.io.OutputStream;
import java.time.Instant;
import life.avai.domain.message.Message;
import life.avai.domain.privacy.ExportData;
import life.avai.domain.privacy.Profile;
import life.avai.domain.thread.ChatThread;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * A user's data as JSON lines; their schema is docs/protocol/export.schema.json. What cannot be
 * written is thrown as Jackson's exception.
 */
public final class ExportLines implements ExportData.Copy {
  /** Where it is fetched; the secret follows. */
  public static final String PATH = "/exports/";

  public static final String CONTENT_TYPE = "application/x-ndjson; charset=utf-8";

  private static final int VERSION = 1;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .build();

  private final OutputStream out;

  public ExportLines(OutputStream out) {
    this.out = out;
  }

  @Override
  public void profile(Profile profile, Instant at) {
    line(
        "profile",
        json -> {
          json.writeNumberProperty("version", VERSION);
          json.writeStringProperty("exported_at", WireTime.format(at));
          json.writeObjectPropertyStart("user");
          json.writeStringProperty("id", profile.id().toString());
          json.writeStringProperty("name", profile.name());
          json.writeBooleanProperty("is_anonymous", profile.subject() == null);
          if (profile.subject() != null) {
            json.writeStringProperty("clerk_id", profile.subject());
          }
          json.writeStringProperty("tier", profile.tier().wireName());
          json.writeStringProperty("created_at", WireTime.format(profile.createdAt()));
          json.writeEndObject();
        });
  }

  @Override
  public void thread(ChatThread thread) {
    line(
        "thread",
        json -> {
          json.writeName("thread");
          ThreadJson.write(json, thread);
        });
  }

  @Override
  public void message(Message message) {
    line(
        "message",
        json -> {
          json.writeStringProperty("thread_id", message.threadId().toString());
          json.writeName("message");
          MessageJson.write(json, message);
        });
  }

  @Override
  public void end(long threads, long messages) {
    line(
        "end",
        json -> {
          json.writeNumberProperty("threads", threads);
          json.writeNumberProperty("messages", messages);
        });
  }

  private void line(String type, ServerFrame.Body fields) {
    try (JsonGenerator json =
        JSON.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeStringProperty("type", type);
      fields.writeTo(json);
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }
}
