package life.avai.domain.memory;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import life.avai.domain.identity.Caller;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.identity.VerifiedIdentity;
import life.avai.domain.message.Message.UserMessage;
import life.avai.domain.thread.ChatThread;

/** Users in memory. */
final class InMemoryUsers implements UserRepository {
  private final Tables tables;

  InMemoryUsers(Tables tables) {
    this.tables = tables;
  }

  @Override
  public Caller.SignedIn signIn(VerifiedIdentity identity, UserId idWhenNew, Instant now) {
    return tables.atomically(() -> {
      Optional<User> known = tables.user(user -> identity.subject().equals(user.subject()));
      UserId id = known.map(User::id).orElse(idWhenNew);
      Instant since = known.map(User::createdAt).orElse(now);
      tables.users.put(
          id,
          new User(
              id, identity.subject(), identity.name(), identity.tier(), null, null, since, now));
      return new Caller.SignedIn(id, identity.subject(), identity.name(), identity.tier());
    });
  }

  private Optional<User> findByToken(byte[] tokenHash) {
    ByteBuffer hash = ByteBuffer.wrap(tokenHash);
    return tables.user(user -> hash.equals(user.tokenHash()));
  }

  @Override
  public Caller.Anonymous createAnonymous(
      UserId id, UUID sessionId, byte[] tokenHash, Instant now) {
    ByteBuffer hash = ByteBuffer.wrap(tokenHash.clone()).asReadOnlyBuffer();
    return tables.atomically(() -> {
      tables.users.putIfAbsent(
          id, new User(id, null, "Guest", Tier.ANONYMOUS, sessionId, hash, now, now));
      return new Caller.Anonymous(id, sessionId);
    });
  }

  @Override
  public Optional<Caller.Anonymous> findAnonymous(byte[] tokenHash) {
    return tables.atomically(() -> {
      Optional<User> found = findByToken(tokenHash);
      found.ifPresent(user -> tables.users.put(user.id(), user.seen(tables.now())));
      return found.map(user -> new Caller.Anonymous(user.id(), requireNonNull(user.sessionId())));
    });
  }

  @Override
  public Optional<UserId> claim(UserId signedIn, byte[] tokenHash, Instant now) {
    return tables.atomically(() -> {
      Optional<User> guest = findByToken(tokenHash);
      guest.ifPresent(user -> {
        tables.conversations().stream()
            .filter(conversation -> conversation.isOf(user.id()))
            .forEach(conversation -> give(conversation, user.id(), signedIn));
        tables.giveDeletedSends(user.id(), signedIn);
        tables.users.remove(user.id());
      });
      return guest.map(User::id);
    });
  }

  private void give(Conversation conversation, UserId guest, UserId signedIn) {
    ChatThread thread = conversation.thread;
    conversation.thread =
        new ChatThread(
            thread.id(),
            signedIn,
            thread.title(),
            thread.description(),
            thread.status(),
            thread.pinned(),
            thread.messageCount(),
            thread.lastMessageAt(),
            thread.createdAt(),
            thread.updatedAt());
    conversation.messages.replaceAll(message ->
        message instanceof UserMessage said && said.author().equals(guest)
            ? given(said, signedIn)
            : message);
  }

  private UserMessage given(UserMessage message, UserId signedIn) {
    UUID clientMessage = message.clientMessageId();
    if (clientMessage != null) {
      tables.forgetClientMessage(message.author(), clientMessage);
      if (tables.find(signedIn, clientMessage) != null
          || tables.isDeleted(signedIn, clientMessage)) {
        // The new author has used that name too, and it stays the name of what they sent.
        clientMessage = null;
      }
    }
    UserMessage given =
        new UserMessage(
            message.id(),
            message.threadId(),
            message.position(),
            signedIn,
            message.content(),
            message.contentType(),
            message.tokenCount(),
            clientMessage,
            message.createdAt());
    tables.index(given);
    return given;
  }
}
