package life.avai.testkit.conversation;

import life.avai.domain.identity.Caller;
import life.avai.domain.memory.InMemoryStore;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import life.avai.testkit.assistant.ScriptedAssistant;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server with a store in memory, a scripted assistant, and one user with one watched thread. */
abstract class ConversationTest {
  final InMemoryStore stores = new InMemoryStore();
  final ScriptedAssistant assistant = new ScriptedAssistant();
  final Caller owner = Fixtures.signedIn(stores.users());
  final ThreadId thread = newThread();
  Server server;
  Watch watch;

  @BeforeEach
  void open() {
    server = new Server(stores, assistant).started();
    watch = server.watch(thread);
  }

  @AfterEach
  void close() {
    server.close();
  }

  ThreadId newThread() {
    ThreadId id = Fixtures.threadId();
    stores.threads().create(ChatThread.empty(id, owner.userId(), "Title", null, Fixtures.NOON));
    return id;
  }
}
