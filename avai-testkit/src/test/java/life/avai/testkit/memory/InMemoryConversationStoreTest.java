package life.avai.testkit.memory;

import life.avai.testkit.contract.ConversationStoreContract;
import life.avai.testkit.contract.Stores;

class InMemoryConversationStoreTest extends ConversationStoreContract {
  @Override
  protected Stores freshStores() {
    return InMemoryStores.fresh();
  }
}
