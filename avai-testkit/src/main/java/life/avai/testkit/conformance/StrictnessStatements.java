package life.avai.testkit.conformance;

import static life.avai.testkit.conformance.Visit.expect;
import static life.avai.testkit.conformance.Visit.refused;
import static life.avai.testkit.conformance.Visit.thread;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.websocket.Frame;

/** Section 1: how frames are read. */
final class StrictnessStatements {
  private static final String TOPIC = "strictness";

  static final List<Statement> ALL =
      List.of(
          says(
              "What is no JSON, or has a key twice or something behind it, is INVALID_JSON.",
              StrictnessStatements::invalidJson),
          says(
              "JSON that is no object, or has no type, is INVALID_MESSAGE.",
              StrictnessStatements::invalidMessage),
          says(
              "A type that is not known is UNKNOWN_TYPE, and the socket stays open.",
              StrictnessStatements::unknownType),
          says(
              "Fields that are not known are ignored, and null counts as absent.",
              StrictnessStatements::unknownFields),
          says(
              "A value of the wrong type or out of its range is refused by its field's name.",
              StrictnessStatements::wrongValues),
          says("A binary frame is closed with 1003.", StrictnessStatements::binary),
          says("Text that is not UTF-8 is closed with 1007.", StrictnessStatements::notUtf8),
          says(
              "A message over max_frame_bytes is closed with 1009.",
              StrictnessStatements::tooLarge));

  private StrictnessStatements() {}

  private static Statement says(String sentence, Statement.Trial trial) {
    return new Statement(TOPIC, sentence, trial);
  }

  private static void invalidJson(Visit visit) {
    TestClient client = visit.connect();
    for (String text :
        List.of(
            "hello",
            "{\"type\":\"ping\"",
            "{\"type\":\"ping\"} {}",
            "{\"type\":\"ping\",\"type\":\"ping\"}",
            "{'type':'ping'}",
            "")) {
      client.sendText(text);
      refused(client.await("error"), "INVALID_JSON");
    }
    expect(client.request("ping"), "pong");
  }

  private static void invalidMessage(Visit visit) {
    TestClient client = visit.connect();
    for (String text : List.of("[]", "5", "null", "{}", "{\"type\":5}", "{\"type\":null}")) {
      client.sendText(text);
      refused(client.await("error"), "INVALID_MESSAGE");
    }
    expect(client.request("ping"), "pong");
  }

  private static void unknownType(Visit visit) {
    TestClient client = visit.user();
    refused(client.request("no_such_type"), "UNKNOWN_TYPE");
    expect(client.request("ping"), "pong");
  }

  private static void unknownFields(Visit visit) {
    TestClient client = visit.user();
    expect(
        client.request(
            "create_thread", "title", null, "description", null, "colour", List.of("blue")),
        "thread_created");
  }

  private static void wrongValues(Visit visit) {
    TestClient client = visit.user();
    String thread = thread(client);
    refused(
        client.request("get_history", "thread_id", thread, "limit", 0), "INVALID_MESSAGE", "limit");
    refused(
        client.request("get_history", "thread_id", thread, "limit", 501),
        "INVALID_MESSAGE",
        "limit");
    refused(
        client.request("get_history", "thread_id", thread, "limit", "9"),
        "INVALID_MESSAGE",
        "limit");
    refused(client.request("get_threads", "archived", 1), "INVALID_MESSAGE", "archived");
    refused(client.request("create_thread", "title", ""), "INVALID_MESSAGE", "title");
    refused(client.request("create_thread", "title", "x".repeat(201)), "INVALID_MESSAGE", "title");
    refused(client.request("subscribe", "thread_id", "1-1-1-1-1"), "INVALID_MESSAGE", "thread_id");
    refused(
        client.request("send_message", "thread_id", thread, "content", "x", "while_busy", "wait"),
        "INVALID_MESSAGE",
        "while_busy");
  }

  private static void binary(Visit visit) {
    closed(visit.connect(), Frame.binary(new byte[] {1, 2, 3}), 1003);
  }

  private static void notUtf8(Visit visit) {
    closed(visit.connect(), Frame.of(Frame.TEXT, new byte[] {(byte) 0xc3, 0x28}), 1007);
  }

  private static void tooLarge(Visit visit) {
    TestClient client = visit.connect();
    long limit = client.await("welcome").object("limits").integer("max_frame_bytes");
    if (limit > 16 << 20) {
      throw new SkippedException("max_frame_bytes is " + limit);
    }
    byte[] text = new byte[(int) limit + 1];
    java.util.Arrays.fill(text, (byte) ' ');
    closed(client, Frame.of(Frame.TEXT, text), 1009);
  }

  private static void closed(TestClient client, Frame frame, int code) {
    try {
      client.socket().send(frame);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Visit.check(client.awaitClose().code() == code, "close code " + code, client.awaitClose());
  }
}
