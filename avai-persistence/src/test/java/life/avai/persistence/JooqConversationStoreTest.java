package life.avai.persistence;

import life.avai.testkit.contract.ConversationStoreContract;
import life.avai.testkit.contract.Stores;

class JooqConversationStoreTest extends ConversationStoreContract {
  @Override
  protected Stores freshStores() {
    return ContractStores.fresh();
  }
}
