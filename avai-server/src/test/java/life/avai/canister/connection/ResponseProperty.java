package life.avai.canister.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.regex.Pattern;
import life.avai.canister.wire.CanisterCodec;
import life.avai.canister.wire.CanisterFrame;
import life.avai.canister.wire.Repair;
import life.avai.domain.assistant.AssistantReply;
import life.avai.domain.message.ContentRules;
import life.avai.domain.turn.RequestId;
import life.avai.server.fuzz.Property;
import life.avai.testkit.json.Json;

/** What a canister reports of its answer is taken as far as it can be kept, and told on. */
public final class ResponseProperty implements Property {
  private static final RequestId REQUEST = new RequestId(new UUID(1, 2));
  private static final int REPLY_CHARS = 1_000;

  /** After an even number of backslashes, which stand for themselves. */
  private static final Pattern ESCAPED_NUL = Pattern.compile("(?<!\\\\)(?:\\\\{2})*\\\\u0000");

  private final CanisterCodec codec = new CanisterCodec(100_000);
  private final CompletionReader reader = new CompletionReader(codec, REPLY_CHARS);

  @Override
  public void check(String input) {
    if (codec.read(input) instanceof CanisterFrame.Response response) {
      switch (reader.reply(REQUEST, response, Duration.ofSeconds(1), new Repair())) {
        case AssistantReply.Completed(var completion) -> {
          assertThat(completion.text()).isNotEmpty();
          assertThat(completion.text().codePointCount(0, completion.text().length()))
              .isLessThanOrEqualTo(REPLY_CHARS);
          assertThat(ContentRules.isStorable(completion.text())).isTrue();
          if (completion.model() != null) {
            assertThat(ContentRules.isStorable(completion.model())).isTrue();
          }
          if (completion.confidence() != null) {
            assertThat(completion.confidence()).isBetween(0.0, 1.0);
          }
          assertThat(completion.processingTime()).isBetween(Duration.ZERO, Duration.ofDays(1));
          if (completion.metadata() != null) {
            assertThat(ContentRules.isStorable(completion.metadata())).isTrue();
            assertThat(completion.metadata()).doesNotContainPattern(ESCAPED_NUL);
            Object unused = Json.parseObject(completion.metadata());
          }
        }
        case AssistantReply.Failed failed -> assertThat(failed.reason()).isNotBlank();
        default -> throw new AssertionError("neither an answer nor none");
      }
    }
  }
}
