package life.avai.testkit.memory;

import life.avai.testkit.contract.Stores;
import life.avai.testkit.contract.ThreadRepositoryContract;

class InMemoryThreadRepositoryTest extends ThreadRepositoryContract {
  @Override
  protected Stores freshStores() {
    return InMemoryStores.fresh();
  }
}
