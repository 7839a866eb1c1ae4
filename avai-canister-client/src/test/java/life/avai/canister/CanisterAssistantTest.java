package life.avai.canister;

import java.util.ArrayList;
import java.util.List;
import life.avai.domain.assistant.Assistant;
import life.avai.testkit.canister.CanisterScript;
import life.avai.testkit.canister.FakeCanister;
import life.avai.testkit.canister.Step;
import life.avai.testkit.contract.AssistantContract;
import life.avai.testkit.contract.ModelBehaviour;
import life.avai.testkit.contract.ModelBehaviour.Answers;
import life.avai.testkit.contract.ModelBehaviour.Breaks;
import life.avai.testkit.contract.ModelBehaviour.Echoes;
import life.avai.testkit.contract.ModelBehaviour.Hangs;
import life.avai.testkit.contract.ModelBehaviour.IsAway;
import life.avai.testkit.contract.ModelBehaviour.Refuses;
import org.junit.jupiter.api.AfterEach;

/** The canisters' client, as any assistant, with a fake canister for a model. */
class CanisterAssistantTest extends AssistantContract {
  private final FakeCanister canister = FakeCanister.start();
  private final List<Asking> started = new ArrayList<>();

  @AfterEach
  void close() {
    started.forEach(Asking::close);
    canister.close();
  }

  @Override
  protected Assistant assistant(ModelBehaviour model) {
    canister.script(script(model));
    boolean away = model instanceof IsAway;
    if (away) {
      canister.stop();
    }
    var asking = new Asking(Asking.settings(canister.url()));
    started.add(asking);
    return asking.awaitConnected(away ? 0 : 1).assistant;
  }

  @Override
  protected void awaitToldToStop() {
    canister.awaitCancel(canister.received().getLast().requestId());
  }

  private static CanisterScript script(ModelBehaviour model) {
    return switch (model) {
      case Answers(var pieces) -> request -> streaming(pieces, Step.response());
      case Echoes() -> request -> streaming(List.of(request.question().split("")), Step.response());
      case Breaks(var pieces) -> request -> streaming(pieces, Step.cut());
      case Refuses() -> CanisterScript.failWith("no", false, null);
      case Hangs(var pieces) -> request -> streaming(pieces);
      case IsAway() -> CanisterScript.stall();
    };
  }

  private static List<Step> streaming(List<String> pieces, Step... end) {
    var steps = new ArrayList<Step>();
    pieces.forEach(piece -> steps.add(Step.delta(piece)));
    steps.addAll(List.of(end));
    return steps;
  }
}
