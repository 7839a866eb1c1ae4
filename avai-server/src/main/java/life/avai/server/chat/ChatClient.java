package life.avai.server.chat;

import static life.avai.server.chat.ChatConnection.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Sends what is typed and prints what comes back, as it comes. A line of three double quotes begins
 * and ends a message of several lines; {@code /history} shows the thread, {@code /new} begins
 * another and {@code /quit} ends. What comes from a pipe is one message in a thread of its own.
 *
 * <p>When the connection is lost it connects again and sends the same message under the same name:
 * the server keeps it once, and the answer goes on where it was.
 */
public final class ChatClient implements AutoCloseable {
  private static final String QUOTES = "\"\"\"";
  private static final String NEW = "new";
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final int TRIES = 60;

  private final URI url;
  private final @Nullable Path sessionFile;
  private final PrintStream out;
  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable ChatConnection connection;
  private @Nullable String token;
  private String thread = NEW;

  private ChatClient(URI url, @Nullable Path sessionFile, PrintStream out) {
    this.url = url;
    this.sessionFile = sessionFile;
    this.out = out;
  }

  /**
   * Runs until the input ends.
   *
   * @param sessionFile keeps who this is from one run to the next; null for somebody new each time
   * @param oneMessage whether all of the input is one message
   * @return 0 when every message was answered, else 1
   */
  public static int run(
      URI url, @Nullable Path sessionFile, InputStream in, boolean oneMessage, PrintStream out) {
    try (ChatClient client = new ChatClient(url, sessionFile, out)) {
      client.recall();
      ChatConnection connection = client.connected();
      if (connection == null) {
        return 1;
      }
      return oneMessage ? client.pipe(connection, in) : client.talk(connection, in);
    } catch (CompletionException e) {
      out.println("cannot connect to " + url + "; " + hint(e));
      return 1;
    } catch (IOException e) {
      out.println("a file or the input cannot be read or written: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static String hint(CompletionException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return "TLS: " + cause.getMessage();
      }
    }
    return "is the server running? (./avai demo)";
  }

  private void recall() {
    if (sessionFile != null) {
      ChatSession.read(sessionFile, url)
          .ifPresent(session -> {
            token = session.token();
            thread = session.thread() == null ? NEW : session.thread();
          });
    }
  }

  private void remember() throws IOException {
    if (sessionFile != null && token != null) {
      new ChatSession(url, token, thread.equals(NEW) ? null : thread).write(sessionFile);
    }
  }

  /** Connects as who this is; null when the server does not let it. */
  private @Nullable ChatConnection connected() throws InterruptedException, IOException {
    ChatConnection fresh = new ChatConnection(http, url);
    connection = fresh;
    if (token != null) {
      fresh.send(Map.of("type", "authenticate", "session_token", token));
      JsonNode answer = fresh.next("auth_success", "error");
      if (answer != null && text(answer, "type").equals("auth_success")) {
        return fresh;
      }
      out.println("(the session of last time is not known here; this is a new one)");
      thread = NEW;
    }
    fresh.send(Map.of("type", "authenticate"));
    JsonNode answer = fresh.next("auth_success", "error");
    if (answer == null || text(answer, "type").equals("error")) {
      out.println("(not let in: " + (answer == null ? "no answer" : text(answer, "message")) + ")");
      return null;
    }
    token = text(answer, "session_token");
    remember();
    return fresh;
  }

  private @Nullable ChatConnection reconnected() throws InterruptedException, IOException {
    out.println("\n(the connection was lost; connecting again)");
    for (int i = 0; i < TRIES; i++) {
      try {
        return connected();
      } catch (CompletionException e) {
        Thread.sleep(BETWEEN_TRIES);
      }
    }
    out.println("(nobody is there)");
    return null;
  }

  private int pipe(ChatConnection on, InputStream in) throws IOException, InterruptedException {
    thread = NEW;
    return ask(on, new String(in.readAllBytes(), StandardCharsets.UTF_8)) ? 0 : 1;
  }

  private int talk(ChatConnection first, InputStream in) throws IOException, InterruptedException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    out.println(
        "Type a message, "
            + QUOTES
            + " for several lines, /history, /new or /quit."
            + (thread.equals(NEW) ? "" : " This goes on in the thread of last time."));
    boolean answered = true;
    String message;
    while ((message = next(lines)) != null && !message.equals("/quit")) {
      ChatConnection now = connection == null ? first : connection;
      switch (message) {
        case "/new" -> thread = NEW;
        case "/history" -> history(now);
        default -> answered &= message.isBlank() || ask(now, message);
      }
    }
    return answered ? 0 : 1;
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

  private void history(ChatConnection on) throws InterruptedException {
    if (thread.equals(NEW)) {
      out.println("(nothing yet)");
      return;
    }
    on.send(Map.of("type", "get_history", "thread_id", thread));
    JsonNode answer = on.next("thread_history", "error");
    if (answer == null || text(answer, "type").equals("error")) {
      out.println("(" + (answer == null ? "no answer" : text(answer, "message")) + ")");
      return;
    }
    for (JsonNode message : answer.path("messages")) {
      out.println((text(message, "role").equals("user") ? "> " : "") + text(message, "content"));
    }
  }

  private boolean ask(ChatConnection first, String message)
      throws InterruptedException, IOException {
    Map<String, Object> frame = new LinkedHashMap<>();
    frame.put("type", "send_message");
    frame.put("thread_id", thread);
    frame.put("content", message);
    frame.put("client_message_id", UUID.randomUUID().toString());
    ReplyPrinter reply = new ReplyPrinter(out);
    ChatConnection on = first;
    on.send(frame);
    while (true) {
      JsonNode answer = on.next();
      if (answer == null) {
        out.println("(no answer)");
        return false;
      }
      if (ChatConnection.isLost(answer)) {
        on = reconnected();
        if (on == null) {
          return false;
        }
        on.send(frame);
        continue;
      }
      Boolean done = show(answer, reply);
      if (done != null) {
        return done;
      }
    }
  }

  /** Prints a frame; tells whether it was the end of the turn, and a good one. */
  private @Nullable Boolean show(JsonNode frame, ReplyPrinter reply) throws IOException {
    switch (text(frame, "type")) {
      case "message_sent" -> {
        thread = text(frame, "thread_id");
        remember();
      }
      case "ai_response_delta" ->
          reply.delta(
              frame.path("attempt").intValue(0),
              frame.path("offset").intValue(-1),
              text(frame, "delta"));
      case "ai_response" -> {
        reply.whole(frame.path("attempt").intValue(0), text(frame, "content"));
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
      case "ai_cancelled" -> {
        out.println("\n(stopped)");
        return false;
      }
      case "error" -> {
        out.println("(" + text(frame, "code") + ": " + text(frame, "message") + ")");
        return false;
      }
      default -> {}
    }
    return null;
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
    // Closing it would wait for every connection that there was, also for one whose end was lost.
    http.shutdownNow();
  }
}
