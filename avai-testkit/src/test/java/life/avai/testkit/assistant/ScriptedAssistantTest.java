package life.avai.testkit.assistant;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.turn.FailureCode;
import life.avai.testkit.contract.AssistantContract;
import life.avai.testkit.contract.ModelBehaviour;
import life.avai.testkit.contract.ModelBehaviour.Answers;
import life.avai.testkit.contract.ModelBehaviour.Breaks;
import life.avai.testkit.contract.ModelBehaviour.Echoes;
import life.avai.testkit.contract.ModelBehaviour.Hangs;
import life.avai.testkit.contract.ModelBehaviour.IsAway;
import life.avai.testkit.contract.ModelBehaviour.Refuses;

class ScriptedAssistantTest extends AssistantContract {
  private static final int OFTEN = 20;

  @Override
  protected Assistant assistant(ModelBehaviour model) {
    var assistant = new ScriptedAssistant();
    if (model instanceof IsAway) {
      assistant.is(ScriptedAssistant.UNAVAILABLE);
    }
    for (int i = 0; i < OFTEN; i++) {
      assistant.plays(script(model));
    }
    return assistant;
  }

  private static Script script(ModelBehaviour model) {
    return switch (model) {
      case Answers(var pieces) -> Script.answer(pieces.toArray(String[]::new));
      case Echoes() ->
          (request, sink) ->
              Script.answer(request.messages().getLast().content().split("")).play(request, sink);
      case Breaks(var pieces) -> Script.lose(Duration.ZERO, pieces.toArray(String[]::new));
      case Refuses() -> Script.fail(FailureCode.CANISTER_ERROR);
      case Hangs(var pieces) ->
          (request, sink) -> {
            pieces.forEach(sink::delta);
            new CountDownLatch(1).await();
            throw new AssertionError("nobody opens it");
          };
      case IsAway() -> Script.refuse(Duration.ofSeconds(1));
    };
  }
}
