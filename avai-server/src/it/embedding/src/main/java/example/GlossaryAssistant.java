package example;

import java.time.Duration;
import java.util.Map;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.assistant.AssistantStatus;
import life.avai.domain.assistant.Completion;
import life.avai.domain.assistant.ReplySink;

/** Explains words that it knows. Yours asks a model here, and passes on what it streams. */
final class GlossaryAssistant implements Assistant {
  private static final Map<String, String> GLOSSARY =
      Map.of("XSS", "Script from somebody else runs in your page. Escape what you show.");

  @Override
  public AssistantReply reply(AssistantRequest request, ReplySink sink) {
    String word = request.messages().getLast().content();
    String meaning = GLOSSARY.getOrDefault(word, "I do not know " + word + ".");
    StringBuilder text = new StringBuilder();
    for (String piece : meaning.split("(?<= )")) {
      sink.delta(piece);
      text.append(piece);
    }
    return new AssistantReply.Completed(
        new Completion(text.toString(), "glossary-1", null, Duration.ofMillis(1), null, null));
  }

  @Override
  public AssistantStatus status() {
    return new AssistantStatus(AssistantStatus.State.AVAILABLE, 1, 1, 100);
  }

  @Override
  public void onStatusChange(Runnable callback) {} // it is always there
}
