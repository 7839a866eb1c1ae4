package life.avai.persistence;

import life.avai.testkit.contract.PersonalDataContract;
import life.avai.testkit.contract.Stores;

class JooqPersonalDataTest extends PersonalDataContract {
  @Override
  protected Stores freshStores() {
    return ContractStores.fresh();
  }
}
