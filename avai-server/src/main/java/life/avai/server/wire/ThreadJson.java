package life.avai.server.wire;

import life.avai.domain.thread.ChatThread;
import tools.jackson.core.JsonGenerator;

/** A thread as it stands in every frame. */
final class ThreadJson {
  private ThreadJson() {}

  static void write(JsonGenerator out, ChatThread thread) {
    out.writeStartObject();
    out.writeStringProperty("id", thread.id().toString());
    out.writeStringProperty("title", thread.title());
    if (thread.description() == null) {
      out.writeNullProperty("description");
    } else {
      out.writeStringProperty("description", thread.description());
    }
    out.writeStringProperty("status", thread.status().wireName());
    out.writeBooleanProperty("is_pinned", thread.pinned());
    out.writeNumberProperty("message_count", thread.messageCount());
    if (thread.lastMessageAt() == null) {
      out.writeNullProperty("last_message_at");
    } else {
      out.writeStringProperty("last_message_at", WireTime.format(thread.lastMessageAt()));
    }
    out.writeStringProperty("created_at", WireTime.format(thread.createdAt()));
    out.writeStringProperty("updated_at", WireTime.format(thread.updatedAt()));
    out.writeEndObject();
  }
}
