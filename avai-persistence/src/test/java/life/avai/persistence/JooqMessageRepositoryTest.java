package life.avai.persistence;

import life.avai.testkit.contract.MessageRepositoryContract;
import life.avai.testkit.contract.Stores;

class JooqMessageRepositoryTest extends MessageRepositoryContract {
  @Override
  protected Stores freshStores() {
    return ContractStores.fresh();
  }
}
