package life.avai.testkit.contract;

import life.avai.domain.conversation.ConversationStore;
import org.junit.jupiter.api.Nested;

/** What every {@link ConversationStore} must do; each adapter's test class extends it. */
public abstract class ConversationStoreContract {
  /** A store with nothing in it; asked for once in every test. */
  protected abstract Stores freshStores();

  @Nested
  class Saving extends SavingContract {
    @Override
    protected Stores freshStores() {
      return ConversationStoreContract.this.freshStores();
    }
  }

  @Nested
  class Context extends ContextContract {
    @Override
    protected Stores freshStores() {
      return ConversationStoreContract.this.freshStores();
    }
  }

  @Nested
  class Claiming extends ClaimingContract {
    @Override
    protected Stores freshStores() {
      return ConversationStoreContract.this.freshStores();
    }
  }

  @Nested
  class Finishing extends FinishingContract {
    @Override
    protected Stores freshStores() {
      return ConversationStoreContract.this.freshStores();
    }
  }

  @Nested
  class Cancelling extends CancellingContract {
    @Override
    protected Stores freshStores() {
      return ConversationStoreContract.this.freshStores();
    }
  }

  @Nested
  class Regeneration extends RegenerationContract {
    @Override
    protected Stores freshStores() {
      return ConversationStoreContract.this.freshStores();
    }
  }

  @Nested
  class Concurrency extends ConcurrencyContract {
    @Override
    protected Stores freshStores() {
      return ConversationStoreContract.this.freshStores();
    }
  }
}
