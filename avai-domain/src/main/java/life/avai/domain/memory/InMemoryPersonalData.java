package life.avai.domain.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import life.avai.domain.identity.Tier;
import life.avai.domain.identity.UserId;
import life.avai.domain.message.Message;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.privacy.Profile;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadId;
import org.jspecify.annotations.Nullable;

/** All that is kept in memory about users. */
final class InMemoryPersonalData implements PersonalData {
  private static final Comparator<ThreadId> BY_ID =
      Comparator.comparing(ThreadId::value, InMemoryThreads::compareUnsigned);

  private final Tables tables;

  InMemoryPersonalData(Tables tables) {
    this.tables = tables;
  }

  @Override
  public Optional<UserId> find(String subject) {
    return tables.atomically(
        () -> tables.user(user -> subject.equals(user.subject())).map(User::id));
  }

  @Override
  public Optional<Profile> profile(UserId user) {
    return tables.atomically(() ->
        Optional.ofNullable(tables.users.get(user))
            .map(found ->
                new Profile(
                    found.id(), found.subject(), found.name(), found.tier(), found.createdAt())));
  }

  @Override
  public List<ChatThread> threads(UserId owner, @Nullable ThreadId after, int limit) {
    return tables.atomically(() ->
        tables.conversations().stream()
            .filter(conversation -> conversation.isOf(owner))
            .map(conversation -> conversation.thread)
            .filter(thread -> after == null || BY_ID.compare(thread.id(), after) > 0)
            .sorted(Comparator.comparing(ChatThread::id, BY_ID))
            .limit(limit)
            .toList());
  }

  @Override
  public List<Message> messages(UserId owner, ThreadId thread, long after, int limit) {
    return tables.atomically(() ->
        tables.owned(owner, thread).stream()
            .flatMap(conversation -> conversation.messages.stream())
            .filter(message -> message.position() > after)
            .limit(limit)
            .toList());
  }

  @Override
  public boolean delete(UserId user) {
    return tables.atomically(() -> tables.remove(user));
  }

  @Override
  public int deleteIdle(Tier tier, Instant since, int limit) {
    return tables.atomically(() -> {
      List<UserId> idle =
          tables.users.values().stream()
              .filter(user -> user.tier() == tier && user.seenAt().isBefore(since))
              .map(User::id)
              .filter(user -> isIdle(user, since))
              .limit(limit)
              .toList();
      idle.forEach(tables::remove);
      return idle.size();
    });
  }

  private boolean isIdle(UserId user, Instant since) {
    return tables.conversations().stream()
        .filter(conversation -> conversation.isOf(user))
        .allMatch(conversation ->
            conversation.thread.updatedAt().isBefore(since) && conversation.unfinished().isEmpty());
  }

  @Override
  public Set<UserId> seen(Collection<UserId> users, Instant now, Duration precision) {
    return tables.atomically(() -> {
      Set<UserId> kept = new HashSet<>(users);
      kept.retainAll(tables.users.keySet());
      Instant old = now.minus(precision);
      for (UserId user : kept) {
        var ignored =
            tables.users.computeIfPresent(
                user, (id, found) -> found.seenAt().isBefore(old) ? found.seen(now) : found);
      }
      return kept;
    });
  }
}
