package life.avai.testkit.memory;

import life.avai.testkit.contract.Stores;
import life.avai.testkit.contract.UserRepositoryContract;

class InMemoryUserRepositoryTest extends UserRepositoryContract {
  @Override
  protected Stores freshStores() {
    return InMemoryStores.fresh();
  }
}
