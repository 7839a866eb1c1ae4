package life.avai.testkit.contract;

import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.privacy.ExportLinks;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.thread.ThreadRepository;

/** The ports of one shared store: what one of them writes, the others read. */
public interface Stores {
  ConversationStore conversations();

  MessageRepository messages();

  ThreadRepository threads();

  UserRepository users();

  PersonalData personalData();

  ExportLinks exportLinks();

  /** How many messages of a thread the store should give to answer one; at least 1. */
  int contextMessages();
}
