package life.avai.server.wire;

import life.avai.domain.message.Message;
import life.avai.domain.message.Message.AssistantMessage;
import life.avai.domain.message.Message.UserMessage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A message as it stands in {@code thread_history}. */
final class MessageJson {
  private MessageJson() {}

  static void write(JsonGenerator out, Message message) {
    out.writeStartObject();
    out.writeStringProperty("id", message.id().toString());
    out.writeNumberProperty("position", message.position());
    out.writeStringProperty("role", message.role().wireName());
    out.writeStringProperty("content", message.content());
    out.writeStringProperty("content_type", message.contentType().wireName());
    switch (message) {
      case UserMessage user -> {
        writeCount(out, user.tokenCount());
        out.writeNullProperty("model_used");
        out.writeNullProperty("processing_time_ms");
        out.writeNullProperty("confidence_score");
        out.writeStringProperty("created_at", WireTime.format(user.createdAt()));
        out.writeNullProperty("metadata");
        if (user.clientMessageId() != null) {
          out.writeStringProperty("client_message_id", user.clientMessageId().toString());
        }
      }
      case AssistantMessage reply -> {
        writeReport(out, reply);
        out.writeStringProperty("created_at", WireTime.format(reply.createdAt()));
        writeMetadata(out, reply.metadata());
        out.writeStringProperty("reply_to", reply.replyTo().toString());
        out.writeStringProperty("finish_reason", reply.finishReason().wireName());
        if (reply.supersededAt() != null) {
          out.writeStringProperty("superseded_at", WireTime.format(reply.supersededAt()));
        }
      }
    }
    out.writeEndObject();
  }

  /** What the model said of a reply. */
  static void writeReport(JsonGenerator out, AssistantMessage reply) {
    writeCount(out, reply.tokenCount());
    if (reply.model() == null) {
      out.writeNullProperty("model_used");
    } else {
      out.writeStringProperty("model_used", reply.model());
    }
    if (reply.processingTime() == null) {
      out.writeNullProperty("processing_time_ms");
    } else {
      out.writeNumberProperty("processing_time_ms", reply.processingTime().toMillis());
    }
    if (reply.confidence() == null) {
      out.writeNullProperty("confidence_score");
    } else {
      writeNumber(out, "confidence_score", reply.confidence());
    }
  }

  /** A JSON object that was checked when it came in, passed on as it is. */
  static void writeMetadata(JsonGenerator out, @Nullable String metadata) {
    out.writeName("metadata");
    if (metadata == null) {
      out.writeNull();
    } else {
      out.writeRawValue(metadata);
    }
  }

  /** A number without a fraction when it has none, as clients wrote and expect it. */
  static void writeNumber(JsonGenerator out, String name, double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.writeNumberProperty(name, (long) value);
    } else {
      out.writeNumberProperty(name, value);
    }
  }

  private static void writeCount(JsonGenerator out, @Nullable Integer count) {
    if (count == null) {
      out.writeNullProperty("token_count");
    } else {
      out.writeNumberProperty("token_count", count);
    }
  }
}
