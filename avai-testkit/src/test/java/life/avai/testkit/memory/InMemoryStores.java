package life.avai.testkit.memory;

import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.memory.InMemoryStore;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.privacy.ExportLinks;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.thread.ThreadRepository;
import life.avai.testkit.contract.Stores;

/** The domain's in-memory store, as the contracts take it. */
record InMemoryStores(InMemoryStore store) implements Stores {
  static Stores fresh() {
    return new InMemoryStores(new InMemoryStore());
  }

  @Override
  public ConversationStore conversations() {
    return store.conversations();
  }

  @Override
  public MessageRepository messages() {
    return store.messages();
  }

  @Override
  public ThreadRepository threads() {
    return store.threads();
  }

  @Override
  public UserRepository users() {
    return store.users();
  }

  @Override
  public PersonalData personalData() {
    return store.personalData();
  }

  @Override
  public ExportLinks exportLinks() {
    return store.exportLinks();
  }

  @Override
  public int contextMessages() {
    return store.contextMessages();
  }
}
