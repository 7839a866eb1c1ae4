package life.avai.domain.memory;

import java.time.InstantSource;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.privacy.ExportLinks;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.thread.ThreadRepository;

/**
 * A whole store in this process's memory: everything is lost when the process ends, and nothing is
 * ever dropped before, so it grows with what is said. It keeps the same contracts as a database.
 *
 * <p>Safe for use by many threads at once; one lock guards all of it.
 */
public final class InMemoryStore {
  private static final int CONTEXT_MESSAGES = 20;

  private final int contextMessages;
  private final ConversationStore conversations;
  private final MessageRepository messages;
  private final ThreadRepository threads;
  private final UserRepository users;
  private final PersonalData personalData;
  private final ExportLinks exportLinks;

  /** An empty store that goes by the system clock and gives twenty messages of context. */
  public InMemoryStore() {
    this(InstantSource.system(), CONTEXT_MESSAGES);
  }

  /**
   * An empty store.
   *
   * @param clock measures leases and how long turns wait
   * @param contextMessages how many exchanges before a question are given to answer it; at least 1
   */
  public InMemoryStore(InstantSource clock, int contextMessages) {
    if (contextMessages < 1) {
      throw new IllegalArgumentException(
          "contextMessages: " + contextMessages + " (expected: at least 1)");
    }
    this.contextMessages = contextMessages;
    Tables tables = new Tables(clock);
    this.conversations = new InMemoryConversations(tables, contextMessages);
    this.messages = new InMemoryMessages(tables);
    this.threads = new InMemoryThreads(tables);
    this.users = new InMemoryUsers(tables);
    this.personalData = new InMemoryPersonalData(tables);
    this.exportLinks = new InMemoryExportLinks(tables);
  }

  public ConversationStore conversations() {
    return conversations;
  }

  public MessageRepository messages() {
    return messages;
  }

  public ThreadRepository threads() {
    return threads;
  }

  public UserRepository users() {
    return users;
  }

  public PersonalData personalData() {
    return personalData;
  }

  public ExportLinks exportLinks() {
    return exportLinks;
  }

  /** How many messages of a thread are given to answer one. */
  public int contextMessages() {
    return contextMessages;
  }
}
