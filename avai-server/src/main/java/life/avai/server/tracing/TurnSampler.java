package life.avai.server.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.util.List;
import java.util.UUID;
import life.avai.domain.turn.RequestId;

/** Which turns are traced: the same ones on every server. */
record TurnSampler(Sampler sampler) {
  boolean samples(RequestId turn) {
    UUID id = turn.value();
    // Samplers by ratio look at the last 64 bits, the first of them most. In a UUID these are the
    // variant and the same in all; what comes behind them is random.
    String spread =
        TraceId.fromLongs(
            id.getMostSignificantBits(), Long.rotateLeft(id.getLeastSignificantBits(), Byte.SIZE));
    return sampler
            .shouldSample(
                Context.root(),
                spread,
                TurnTraces.WHOLE,
                SpanKind.SERVER,
                Attributes.empty(),
                List.of())
            .getDecision()
        == SamplingDecision.RECORD_AND_SAMPLE;
  }
}
