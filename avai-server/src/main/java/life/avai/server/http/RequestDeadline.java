package life.avai.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a connection must come up with a whole request, and take the answer: what comes
 * byte by byte does not move it. Event loop only.
 */
final class RequestDeadline {
  private final Duration limit;
  private @Nullable ScheduledFuture<?> end;

  RequestDeadline(Duration limit) {
    this.limit = limit;
  }

  /** From now on it counts. */
  void start(ChannelHandlerContext context) {
    stop();
    end =
        context
            .executor()
            .schedule(
                () -> {
                  context.close();
                },
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  /** Whatever takes time now is ours to do. */
  void stop() {
    if (end != null) {
      end.cancel(false);
      end = null;
    }
  }
}
