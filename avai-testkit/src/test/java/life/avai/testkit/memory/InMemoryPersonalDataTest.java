package life.avai.testkit.memory;

import life.avai.testkit.contract.PersonalDataContract;
import life.avai.testkit.contract.Stores;

class InMemoryPersonalDataTest extends PersonalDataContract {
  @Override
  protected Stores freshStores() {
    return InMemoryStores.fresh();
  }
}
