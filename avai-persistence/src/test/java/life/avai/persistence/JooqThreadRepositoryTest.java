package life.avai.persistence;

import life.avai.testkit.contract.Stores;
import life.avai.testkit.contract.ThreadRepositoryContract;

class JooqThreadRepositoryTest extends ThreadRepositoryContract {
  @Override
  protected Stores freshStores() {
    return ContractStores.fresh();
  }
}
