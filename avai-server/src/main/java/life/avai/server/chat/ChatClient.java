package life.avai.server.chat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends what is typed and prints what comes back, as it comes. A line of three double quotes begins
 * and ends a message of several lines; {@code /new} begins another thread and {@code /quit} ends.
 * What comes from a pipe is one message.
 */
public final class ChatClient implements WebSocket.Listener {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String QUOTES = "\"\"\"";
  private static final int PATIENCE_SECONDS = 120;

  private final PrintStream out;
  private final StringBuilder partial = new StringBuilder();
  private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
  private String thread = "new";
  private int printedAttempt;
  private int printed;

  private ChatClient(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs until the input ends.
   *
   * @param oneMessage whether all of the input is one message
   * @return 0 when every message was answered, else 1
   */
  public static int run(URI url, InputStream in, boolean oneMessage, PrintStream out) {
    ChatClient client = new ChatClient(out);
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket = http.newWebSocketBuilder().buildAsync(url, client).join();
      client.send(socket, Map.of("type", "authenticate"));
      int status = client.await("auth_success") == null ? 1 : client.talk(socket, in, oneMessage);
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
      socket.abort();
      return status;
    } catch (CompletionException e) {
      out.println("cannot connect to " + url + "; is the server running? (./avai demo)");
      return 1;
    } catch (IOException e) {
      out.println("the input cannot be read: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private int talk(WebSocket socket, InputStream in, boolean oneMessage)
      throws IOException, InterruptedException {
    if (oneMessage) {
      return ask(socket, new String(in.readAllBytes(), StandardCharsets.UTF_8)) ? 0 : 1;
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    out.println("Type a message, " + QUOTES + " for several lines, /new or /quit.");
    String message;
    while ((message = next(lines)) != null && !message.equals("/quit")) {
      if (message.equals("/new")) {
        thread = "new";
      } else if (!message.isBlank()) {
        boolean ignored = ask(socket, message);
      }
    }
    return 0;
  }

  private @Nullable String next(BufferedReader lines) throws IOException {
    out.print("> ");
    out.flush();
    String line = lines.readLine();
    if (line == null || !line.strip().equals(QUOTES)) {
      return line;
    }
    StringBuilder message = new StringBuilder();
    while ((line = lines.readLine()) != null && !line.strip().equals(QUOTES)) {
      message.append(line).append('\n');
    }
    return message.toString();
  }

  private void send(WebSocket socket, Map<String, ?> frame) {
    socket.sendText(JSON.writeValueAsString(frame), true).join();
  }

  private boolean ask(WebSocket socket, String message) throws InterruptedException {
    Map<String, Object> frame = new LinkedHashMap<>();
    frame.put("type", "send_message");
    frame.put("thread_id", thread);
    frame.put("content", message);
    send(socket, frame);
    printedAttempt = 0;
    printed = 0;
    while (true) {
      JsonNode answer = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (answer == null) {
        out.println("(no answer)");
        return false;
      }
      Boolean done = show(answer);
      if (done != null) {
        return done;
      }
    }
  }

  /** Prints a frame; tells whether it was the end of the turn, and a good one. */
  private @Nullable Boolean show(JsonNode frame) {
    switch (text(frame, "type")) {
      case "message_sent" -> thread = text(frame, "thread_id");
      case "ai_response_delta" -> showDelta(frame);
      case "ai_response" -> {
        String content = text(frame, "content");
        out.println(content.substring(Math.min(printed, content.length())));
        return true;
      }
      case "ai_unavailable" -> {
        out.println("(" + text(frame, "reason") + ")");
        return frame.path("final").booleanValue(false) ? false : null;
      }
      case "ai_error" -> {
        out.println("(" + text(frame, "error") + ")");
        return false;
      }
      case "error" -> {
        out.println("(" + text(frame, "code") + ": " + text(frame, "message") + ")");
        return false;
      }
      case "connection_lost" -> {
        out.println("(the connection was lost)");
        return false;
      }
      default -> {}
    }
    return null;
  }

  private void showDelta(JsonNode frame) {
    int attempt = frame.path("attempt").intValue(0);
    if (attempt > printedAttempt) {
      if (printed > 0) {
        out.println("\n(the answer begins again)");
      }
      printedAttempt = attempt;
      printed = 0;
    }
    String delta = text(frame, "delta");
    if (frame.path("offset").intValue(-1) == printed) {
      out.print(delta);
      out.flush();
      printed += delta.length();
    }
  }

  private @Nullable JsonNode await(String type) throws InterruptedException {
    JsonNode frame;
    while ((frame = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) != null) {
      if (text(frame, "type").equals(type)) {
        return frame;
      }
      if (text(frame, "type").equals("error")) {
        out.println("(" + text(frame, "message") + ")");
        return null;
      }
    }
    return null;
  }

  private static String text(JsonNode frame, String name) {
    JsonNode node = frame.get(name);
    return node != null && node.isString() ? node.stringValue() : "";
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      frames.add(JSON.readTree(partial.toString()));
      partial.setLength(0);
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    frames.add(JSON.createObjectNode().put("type", "connection_lost"));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    frames.add(JSON.createObjectNode().put("type", "connection_lost"));
  }
}
