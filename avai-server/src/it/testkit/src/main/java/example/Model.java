package example;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program of your own that asks a canister: the least that one can do. */
final class Model implements WebSocket.Listener, AutoCloseable {
  private static final Pattern RESPONSE = Pattern.compile("\"response\":\"([^\"]*)\"");

  private final WebSocket socket;
  private final StringBuilder frame = new StringBuilder();
  private final CompletableFuture<String> answer = new CompletableFuture<>();

  Model(URI canister) {
    socket = HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(canister, this).join();
  }

  /** Asks; the first response completes the answer. */
  CompletableFuture<String> ask(String requestId, String question) {
    String process =
        """
        {"type":"process","request_id":"%s","conversation_id":"c-1","attempt":1,"stream":true,
         "messages":[{"role":"user","content":"%s"}]}
        """;
    socket.sendText(process.formatted(requestId, question), true).join();
    return answer;
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    frame.append(data);
    if (last) {
      Matcher response = RESPONSE.matcher(frame);
      if (response.find()) {
        answer.complete(response.group(1));
      }
      frame.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    answer.completeExceptionally(error);
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    answer.completeExceptionally(new IllegalStateException("the canister went away"));
    return null;
  }

  @Override
  public void close() {
    socket.abort();
  }
}
