package life.avai.testkit.memory;

import life.avai.testkit.contract.MessageRepositoryContract;
import life.avai.testkit.contract.Stores;

class InMemoryMessageRepositoryTest extends MessageRepositoryContract {
  @Override
  protected Stores freshStores() {
    return InMemoryStores.fresh();
  }
}
