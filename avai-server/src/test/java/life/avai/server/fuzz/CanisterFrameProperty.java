package life.avai.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import life.avai.canister.wire.CanisterCodec;
import life.avai.canister.wire.CanisterFrame;
import life.avai.canister.wire.Repair;
import life.avai.domain.assistant.AssistantRequest;
import life.avai.domain.identity.Tier;
import life.avai.domain.message.ContentRules;
import life.avai.domain.message.Role;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import life.avai.testkit.json.Json;
import life.avai.testkit.json.JsonObject;

/**
 * A canister's text is read without an exception, whatever it is; its text can be kept after the
 * repair, in one piece or in several; and what we ask it is JSON that says what was meant.
 */
final class CanisterFrameProperty implements Property {
  private final CanisterCodec codec = new CanisterCodec(100_000);

  @Override
  public void check(String input) {
    switch (codec.read(input)) {
      case CanisterFrame.Delta delta -> repaired(delta.text());
      case CanisterFrame.Response response -> {
        if (response.text() != null) {
          repaired(response.text());
        }
        if (response.metadata() != null) {
          Object unused = codec.write(response.metadata());
        }
      }
      case CanisterFrame.Failure failure -> {
        assertThat(failure.message()).isNotBlank().hasSizeLessThan(1_100);
        assertThat(ContentRules.isStorable(failure.message())).isTrue();
        assertThat(failure.retryAfter()).isBetween(Duration.ZERO, Duration.ofHours(1));
      }
      case CanisterFrame.Progress progress -> {
        if (progress.step() != null) {
          assertThat(ContentRules.isStorable(progress.step())).isTrue();
        }
        if (progress.percentage() != null) {
          assertThat(progress.percentage()).isBetween(0.0, 100.0);
        }
      }
      case CanisterFrame.Pong ignored -> {}
      case CanisterFrame.Draining ignored -> {}
      case CanisterFrame.Unusable unusable -> assertThat(unusable.reason()).isNotBlank();
    }
    asked(new Repair().all(input));
  }

  private static void repaired(String text) {
    String whole = new Repair().all(text);
    assertThat(ContentRules.isStorable(whole)).isTrue();
    assertThat(whole).hasSameSizeAs(text);
    SplittableRandom random = new SplittableRandom(text.hashCode());
    Repair repair = new Repair();
    StringBuilder pieces = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      int end = Math.min(text.length(), at + 1 + random.nextInt(5));
      pieces.append(repair.next(text.substring(at, end)));
      at = end;
    }
    assertThat(pieces + repair.end()).isEqualTo(whole);
  }

  private void asked(String content) {
    AssistantRequest request =
        new AssistantRequest(
            new RequestId(new UUID(1, 2)),
            1,
            new ThreadId(new UUID(3, 4)),
            null,
            content,
            List.of(new AssistantRequest.ContextMessage(Role.USER, content, Instant.EPOCH)),
            content,
            Tier.FREE,
            Instant.EPOCH,
            1,
            Duration.ofSeconds(1));
    ByteBuf frame = codec.process(UnpooledByteBufAllocator.DEFAULT, request, null);
    JsonObject asked = Json.parseObject(frame.toString(StandardCharsets.UTF_8));
    frame.release();
    assertThat(asked.string("system_prompt")).isEqualTo(content);
    assertThat(asked.objects("messages").getFirst().string("content")).isEqualTo(content);
    assertThat(asked.object("context_metadata").string("thread_title")).isEqualTo(content);
  }
}
