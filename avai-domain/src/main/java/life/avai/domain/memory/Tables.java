package life.avai.domain.memory;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.message.MessageId;
import life.avai.domain.thread.ThreadId;
import life.avai.domain.turn.RequestId;
import org.jspecify.annotations.Nullable;

/** All that an {@link InMemoryStore} holds. One lock guards everything: a call is a transaction. */
final class Tables {
  /** A client's name for a message of one author's. */
  record ClientMessage(UserId author, UUID id) {}

  /** Where a message is. */
  record Place(ThreadId thread, long position) {}

  /** The link under which a user may fetch their data. */
  record Export(ByteBuffer tokenHash, Instant expiresAt) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final InstantSource clock;
  // Guarded by lock, as all that follows.
  private final Map<ThreadId, Conversation> conversations = new LinkedHashMap<>();
  private final Map<RequestId, ThreadId> threadOfTurn = new HashMap<>();
  private final Map<ClientMessage, Place> byClientMessage = new HashMap<>();
  // A client's name for a message is taken for ever, also when the message went with its thread.
  private final Set<ClientMessage> deletedSends = new HashSet<>();
  private final Map<MessageId, Place> byMessage = new HashMap<>();
  final Map<UserId, User> users = new HashMap<>();
  final Map<UserId, Export> exports = new HashMap<>();

  Tables(InstantSource clock) {
    this.clock = clock;
  }

  <T> T atomically(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  Instant now() {
    return clock.instant();
  }

  Collection<Conversation> conversations() {
    return conversations.values();
  }

  @Nullable Conversation conversation(ThreadId id) {
    return conversations.get(id);
  }

  Optional<Conversation> owned(UserId owner, ThreadId id) {
    return Optional.ofNullable(conversations.get(id)).filter(found -> found.isOf(owner));
  }

  @Nullable Conversation conversationOf(RequestId turn) {
    ThreadId thread = threadOfTurn.get(turn);
    return thread == null ? null : conversations.get(thread);
  }

  @Nullable Turn turn(RequestId id) {
    Conversation conversation = conversationOf(id);
    return conversation == null
        ? null
        : conversation.turns.stream().filter(turn -> turn.id.equals(id)).findFirst().orElseThrow();
  }

  void add(Conversation conversation) {
    conversations.putIfAbsent(conversation.thread.id(), conversation);
  }

  void add(Conversation conversation, UserMessage message) {
    conversation.add(message);
    index(message);
  }

  void index(UserMessage message) {
    Place place = new Place(message.threadId(), message.position());
    byMessage.put(message.id(), place);
    if (message.clientMessageId() != null) {
      byClientMessage.put(new ClientMessage(message.author(), message.clientMessageId()), place);
    }
  }

  void add(Conversation conversation, Turn turn) {
    conversation.turns.add(turn);
    threadOfTurn.put(turn.id, conversation.thread.id());
  }

  @Nullable Place find(MessageId message) {
    return byMessage.get(message);
  }

  @Nullable Place find(UserId author, UUID clientMessage) {
    return byClientMessage.get(new ClientMessage(author, clientMessage));
  }

  boolean isDeleted(UserId author, UUID clientMessage) {
    return deletedSends.contains(new ClientMessage(author, clientMessage));
  }

  /** What a guest's sends were called is now taken for whoever has claimed them. */
  void giveDeletedSends(UserId guest, UserId signedIn) {
    List<ClientMessage> theirs =
        deletedSends.stream().filter(send -> send.author().equals(guest)).toList();
    for (ClientMessage send : theirs) {
      deletedSends.remove(send);
      if (find(signedIn, send.id()) == null) {
        deletedSends.add(new ClientMessage(signedIn, send.id()));
      }
    }
  }

  /** Forgets a user and all that is theirs; false when there is no such user. */
  boolean remove(UserId user) {
    if (users.remove(user) == null) {
      return false;
    }
    conversations.values().stream().filter(each -> each.isOf(user)).toList().forEach(this::remove);
    deletedSends.removeIf(send -> send.author().equals(user));
    exports.remove(user);
    return true;
  }

  Optional<User> user(Predicate<User> wanted) {
    return users.values().stream().filter(wanted).findFirst();
  }

  void forgetClientMessage(UserId author, UUID clientMessage) {
    byClientMessage.remove(new ClientMessage(author, clientMessage));
  }

  void remove(Conversation conversation) {
    ThreadId id = conversation.thread.id();
    conversations.remove(id);
    conversation.turns.forEach(turn -> threadOfTurn.remove(turn.id));
    for (Message message : conversation.messages) {
      byMessage.remove(message.id());
    }
    byClientMessage
        .entrySet()
        .removeIf(
            entry -> entry.getValue().thread().equals(id) && deletedSends.add(entry.getKey()));
  }
}
