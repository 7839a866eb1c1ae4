package life.avai.server.wire;

import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import life.avai.domain.conversation.WhileBusy;
import life.avai.domain.message.ContentRules;
import life.avai.domain.message.ContentType;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.message.HistoryQuery.From;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadTitle;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads clients' frames. Strict: one object, no key twice, nothing after it, every field of its
 * type and in its range.
 *
 * <p>Safe for use by many threads at once.
 */
public final class ClientCodec {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NUMBER = 1_000;
  private static final int MAX_ID = 64;
  private static final int MAX_TYPE = 64;
  private static final int MAX_THREADS = 100;
  private static final int MAX_HISTORY = 500;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_NUMBER)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Map<String, Function<Fields, ClientFrame>> types =
      Map.ofEntries(
          Map.entry("authenticate", ClientCodec::authenticate),
          Map.entry("auth", ClientCodec::authenticate),
          Map.entry("send_message", this::sendMessage),
          Map.entry(
              "cancel",
              fields -> {
                UUID turn = fields.uuid("request_id");
                return new ClientFrame.Cancel(
                    fields.threadId(), turn == null ? null : new RequestId(turn));
              }),
          Map.entry("regenerate", fields -> new ClientFrame.Regenerate(fields.threadId())),
          Map.entry("typing", fields -> typing(fields, "typing_confirmed")),
          Map.entry("typing_indicator", fields -> typing(fields, "typing_indicator_ack")),
          Map.entry("create_thread", ClientCodec::createThread),
          Map.entry("get_threads", ClientCodec::getThreads),
          Map.entry("get_history", fields -> getHistory(fields, null)),
          Map.entry(
              "get_thread_messages",
              fields -> getHistory(fields, fields.integer("offset", 0, Long.MAX_VALUE))),
          Map.entry("update_thread", fields -> updateThread(fields, "thread_updated")),
          Map.entry("update_thread_title", ClientCodec::updateTitle),
          Map.entry("pin_thread", ClientCodec::pinThread),
          Map.entry("archive_thread", ClientCodec::archiveThread),
          Map.entry("delete_thread", fields -> new ClientFrame.DeleteThread(fields.threadId())),
          Map.entry("subscribe", ClientCodec::subscribe),
          Map.entry("unsubscribe", fields -> new ClientFrame.Unsubscribe(fields.threadId())),
          Map.entry("export_data", fields -> new ClientFrame.ExportData()),
          Map.entry("delete_account", fields -> new ClientFrame.DeleteAccount()),
          Map.entry("get_ai_status", fields -> new ClientFrame.GetAiStatus()),
          Map.entry("ping", fields -> new ClientFrame.Ping("pong")),
          Map.entry("heartbeat", fields -> new ClientFrame.Ping("heartbeat_ack")));

  private final ContentRules rules;

  public ClientCodec(ContentRules rules) {
    this.rules = rules;
  }

  /** A frame whose type is known and whose fields have not been looked at yet. */
  public final class Received {
    private final RequestTag tag;
    private final String type;
    private final Fields fields;

    private Received(RequestTag tag, String type, Fields fields) {
      this.tag = tag;
      this.type = type;
      this.fields = fields;
    }

    /** How to name the answer's request. */
    public RequestTag tag() {
      return tag;
    }

    /** Whether the frame is one of those that everybody may send. */
    public boolean isForEverybody() {
      return switch (type) {
        case "authenticate", "auth", "get_ai_status", "ping", "heartbeat" -> true;
        default -> false;
      };
    }

    /** Whether it is one of those that are limited by the messages that a user may send. */
    public boolean isMessage() {
      return type.equals("send_message");
    }

    /**
     * Reads the fields.
     *
     * @throws InvalidFrameException when one does not fit
     */
    public ClientFrame frame() {
      Function<Fields, ClientFrame> reader = types.get(type);
      if (reader == null) {
        throw new InvalidFrameException(ErrorCode.UNKNOWN_TYPE, "type", "type: not known here");
      }
      return reader.apply(fields);
    }

    /** Whether the type is one of the protocol's. */
    public boolean isKnown() {
      return types.containsKey(type);
    }
  }

  /**
   * Reads a frame up to its type and its names.
   *
   * @throws InvalidFrameException when it is no frame at all
   */
  public Received read(String text) {
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JacksonException e) {
      throw new InvalidFrameException(
          ErrorCode.INVALID_JSON, null, "the frame is not one well-formed JSON object");
    }
    if (root.isMissingNode()) {
      throw new InvalidFrameException(ErrorCode.INVALID_JSON, null, "the frame is empty");
    }
    if (!root.isObject()) {
      throw new InvalidFrameException(
          ErrorCode.INVALID_MESSAGE, null, "the frame: expected a JSON object");
    }
    RequestTag tag = tag(root);
    Fields fields = new Fields(root);
    String type = fields.required(fields.text("type"), "type", "a string");
    if (type.isEmpty() || type.length() > MAX_TYPE) {
      throw InvalidFrameException.field("type", "1 to " + MAX_TYPE + " characters");
    }
    return new Received(tag, type, fields);
  }

  /** As far as a frame could be understood at all, what to name its answer by. */
  public RequestTag tagOf(String text) {
    try {
      JsonNode root = JSON.readTree(text);
      return root.isObject() ? tag(root) : RequestTag.NONE;
    } catch (JacksonException | InvalidFrameException e) {
      return RequestTag.NONE;
    }
  }

  private static RequestTag tag(JsonNode root) {
    JsonNode id = root.get("id");
    if (id != null && !id.isNull()) {
      boolean fits =
          id.isString()
              ? isShort(id.stringValue())
              : id.isNumber() && Double.isFinite(id.doubleValue(Double.NaN));
      if (!fits) {
        throw InvalidFrameException.field(
            "id", "a string of at most " + MAX_ID + " characters, or a number");
      }
    }
    return new RequestTag(
        id == null || id.isNull() ? null : id,
        echo(root.get("client_message_id")),
        echo(root.get("messageId")));
  }

  /** A short text that can be sent back as it came; else null. */
  private static @Nullable String echo(@Nullable JsonNode node) {
    return node != null && node.isString() && isShort(node.stringValue())
        ? node.stringValue()
        : null;
  }

  private static boolean isShort(String text) {
    return text.codePointCount(0, text.length()) <= MAX_ID && ContentRules.isStorable(text);
  }

  private static ClientFrame authenticate(Fields fields) {
    String token = fields.text("token");
    String session = fields.text("session_token");
    Boolean anonymous = fields.bool("anonymous");
    if (Boolean.TRUE.equals(anonymous) && token != null) {
      throw InvalidFrameException.field("anonymous", "no token beside it");
    }
    if (Boolean.FALSE.equals(anonymous) && token == null && session == null) {
      throw InvalidFrameException.field("token", "a token, because anonymous is false");
    }
    return new ClientFrame.Authenticate(token, session, fields.bool("deltas"));
  }

  private ClientFrame sendMessage(Fields fields) {
    String thread = fields.threadIdText();
    if (thread == null) {
      throw new InvalidFrameException(
          ErrorCode.MISSING_THREAD_ID, "thread_id", "thread_id: expected a UUID or \"new\"");
    }
    String content =
        fields.required(
            fields.text("content"), "content", "1 to " + rules.maxCodePoints() + " characters");
    ContentRules.Problem problem = rules.check(content);
    if (problem != null) {
      throw contentProblem(problem);
    }
    return new ClientFrame.SendMessage(
        thread.equals("new") ? null : fields.threadId(),
        content,
        named(fields.text("content_type"), "content_type", ContentType.values(), ContentType.TEXT),
        clientMessageId(fields),
        fields.integer("expected_position", 0, Long.MAX_VALUE),
        named(fields.text("while_busy"), "while_busy", WhileBusy.values(), WhileBusy.ENQUEUE));
  }

  /** How a content that is refused is told. */
  public InvalidFrameException contentProblem(ContentRules.Problem problem) {
    return switch (problem) {
      case EMPTY ->
          InvalidFrameException.field("content", "1 to " + rules.maxCodePoints() + " characters");
      case TOO_LONG ->
          new InvalidFrameException(
              ErrorCode.CONTENT_TOO_LARGE,
              "content",
              "content: expected at most " + rules.maxCodePoints() + " characters");
      case NOT_STORABLE ->
          new InvalidFrameException(
              ErrorCode.INVALID_CONTENT,
              "content",
              "content: holds U+0000 or half a surrogate pair");
    };
  }

  private static @Nullable UUID clientMessageId(Fields fields) {
    UUID named = fields.uuid("client_message_id");
    if (named != null) {
      return named;
    }
    String alias = fields.text("messageId");
    return alias == null ? null : Fields.parseUuid(alias);
  }

  private static <E extends Enum<E>> E named(
      @Nullable String name, String field, E[] values, E byDefault) {
    if (name == null) {
      return byDefault;
    }
    StringBuilder expected = new StringBuilder();
    for (E value : values) {
      String wire = value.name().toLowerCase(java.util.Locale.ROOT);
      if (wire.equals(name)) {
        return value;
      }
      expected.append(expected.isEmpty() ? "" : ", ").append(wire);
    }
    throw InvalidFrameException.field(field, "one of " + expected);
  }

  private static ClientFrame typing(Fields fields, String answerType) {
    Boolean typing = fields.bool("typing", "is_typing", "isTyping");
    return new ClientFrame.Typing(
        fields.threadId(), fields.required(typing, "typing", "true or false"), answerType);
  }

  private static ClientFrame createThread(Fields fields) {
    String title = fields.storableText("title", 1, ChatThread.MAX_TITLE);
    return new ClientFrame.CreateThread(
        title == null ? ThreadTitle.DEFAULT : title,
        fields.storableText("description", 0, ChatThread.MAX_DESCRIPTION));
  }

  private static ClientFrame getThreads(Fields fields) {
    String cursor = fields.text("before");
    return new ClientFrame.GetThreads(
        fields.limit(50, MAX_THREADS),
        cursor == null ? null : ThreadCursor.decode(cursor),
        Boolean.TRUE.equals(fields.bool("archived")));
  }

  private static ClientFrame getHistory(Fields fields, @Nullable Long offset) {
    Long before = fields.integer("before_position", 0, Long.MAX_VALUE);
    Long after = fields.integer("after_position", 0, Long.MAX_VALUE);
    int given = (before == null ? 0 : 1) + (after == null ? 0 : 1) + (offset == null ? 0 : 1);
    if (given > 1) {
      throw InvalidFrameException.field(
          "after_position", "only one of before_position, after_position and offset");
    }
    From from = new From.Latest();
    if (before != null) {
      from = new From.Before(before);
    } else if (after != null) {
      from = new From.After(after);
    } else if (offset != null) {
      from = new From.Offset(offset);
    }
    return new ClientFrame.GetHistory(
        fields.threadId(),
        new HistoryQuery(
            from,
            fields.limit(100, MAX_HISTORY),
            Boolean.TRUE.equals(fields.bool("include_superseded"))));
  }

  private static ClientFrame updateThread(Fields fields, String answerType) {
    ThreadChange change =
        new ThreadChange(
            fields.storableText("title", 1, ChatThread.MAX_TITLE),
            fields.bool("is_pinned"),
            fields.bool("archived"));
    if (change.isEmpty()) {
      throw InvalidFrameException.field("title", "at least one of title, is_pinned, archived");
    }
    return new ClientFrame.UpdateThread(fields.threadId(), change, answerType);
  }

  private static ClientFrame updateTitle(Fields fields) {
    String title =
        fields.required(fields.storableText("title", 1, ChatThread.MAX_TITLE), "title", "a string");
    return new ClientFrame.UpdateThread(
        fields.threadId(), new ThreadChange(title, null, null), "thread_updated");
  }

  private static ClientFrame pinThread(Fields fields) {
    Boolean pinned = fields.bool("is_pinned", "pinned", "isPinned");
    return new ClientFrame.UpdateThread(
        fields.threadId(),
        new ThreadChange(null, pinned == null || pinned, null),
        "thread_updated");
  }

  private static ClientFrame archiveThread(Fields fields) {
    Boolean archived = fields.bool("archived", "is_archived", "isArchived");
    return new ClientFrame.UpdateThread(
        fields.threadId(),
        new ThreadChange(null, null, archived == null || archived),
        "thread_archived");
  }

  private static ClientFrame subscribe(Fields fields) {
    Fields reply = fields.object("reply");
    return new ClientFrame.Subscribe(
        fields.threadId(),
        fields.integer("after_position", 0, Long.MAX_VALUE),
        reply == null ? null : replyOffset(reply));
  }

  private static ClientFrame.ReplyOffset replyOffset(Fields reply) {
    return new ClientFrame.ReplyOffset(
        new MessageId(reply.required(reply.uuid("message_id"), "reply.message_id", "a UUID")),
        reply
            .required(
                reply.integer("attempt", 0, Integer.MAX_VALUE), "reply.attempt", "a whole number")
            .intValue(),
        reply
            .required(
                reply.integer("offset", 0, Integer.MAX_VALUE), "reply.offset", "a whole number")
            .intValue());
  }
}
