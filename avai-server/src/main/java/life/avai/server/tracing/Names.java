package life.avai.server.tracing;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * What attributes are called: by OpenTelemetry's conventions (general, database, generative AI)
 * where they have a name for it, else by us. docs/operations.md lists them.
 */
final class Names {
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
  static final AttributeKey<String> DB_SYSTEM = AttributeKey.stringKey("db.system.name");
  static final AttributeKey<String> DB_OPERATION = AttributeKey.stringKey("db.operation.name");

  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
  static final AttributeKey<String> CONVERSATION = AttributeKey.stringKey("gen_ai.conversation.id");
  static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.response.model");
  static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
  static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");

  static final AttributeKey<String> REQUEST = AttributeKey.stringKey("avai.request.id");
  static final AttributeKey<String> CONNECTION = AttributeKey.stringKey("avai.connection.id");
  static final AttributeKey<String> STATE = AttributeKey.stringKey("avai.turn.state");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("avai.turn.attempt");
  static final AttributeKey<Long> WAITED = AttributeKey.longKey("avai.turn.waited_ms");
  static final AttributeKey<Long> CHARACTERS = AttributeKey.longKey("avai.turn.chars");
  static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("avai.canister.outcome");

  static final String FIRST_DELTA = "first_delta";

  private Names() {}
}
