package life.avai.persistence;

import life.avai.testkit.contract.Stores;
import life.avai.testkit.contract.UserRepositoryContract;

class JooqUserRepositoryTest extends UserRepositoryContract {
  @Override
  protected Stores freshStores() {
    return ContractStores.fresh();
  }
}
