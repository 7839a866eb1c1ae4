package life.avai.testkit.memory;

import life.avai.domain.assistant.TokenEstimator;
import life.avai.testkit.contract.TokenEstimatorContract;

class CharacterKindEstimatorTest extends TokenEstimatorContract {
  @Override
  protected TokenEstimator estimator() {
    return TokenEstimator.byCharacterKind();
  }
}
