package life.avai.server.websocket;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import life.avai.domain.identity.UserId;
import life.avai.server.wire.ServerFrame;
import life.avai.server.wire.ServerFrames;
import org.jspecify.annotations.Nullable;

/**
 * Every open connection, and whose it is.
 *
 * <p>Safe for use by many threads at once.
 */
public final class SessionRegistry {
  private final Map<UUID, WebSocketSession> sessions = new ConcurrentHashMap<>();

  /** Lists that are never changed: most users have one connection, and a set is large for that. */
  private final Map<UserId, List<WebSocketSession>> byUser = new ConcurrentHashMap<>();

  private final int maxPerUser;
  private volatile boolean closing;

  /** An empty registry. */
  public SessionRegistry(int maxPerUser) {
    this.maxPerUser = maxPerUser;
  }

  void add(WebSocketSession session) {
    sessions.put(session.id(), session);
  }

  void remove(WebSocketSession session) {
    sessions.remove(session.id());
  }

  /** Gives a connection to a user; false when the user has too many already. */
  boolean assign(UserId user, WebSocketSession session) {
    boolean[] taken = {false};
    byUser.compute(
        user,
        (id, open) -> {
          List<WebSocketSession> now = open == null ? List.of() : open;
          boolean had = now.contains(session);
          taken[0] = had || now.size() < maxPerUser;
          return taken[0] && !had ? Stream.concat(now.stream(), Stream.of(session)).toList() : open;
        });
    return taken[0];
  }

  void unassign(UserId user, WebSocketSession session) {
    byUser.computeIfPresent(
        user,
        (id, open) -> {
          List<WebSocketSession> left = open.stream().filter(each -> each != session).toList();
          return left.isEmpty() ? null : left;
        });
  }

  /**
   * Ends the connections of a user who is no more, or has another name now.
   *
   * @param except one that is left alone; null for none
   */
  void endAll(UserId user, @Nullable WebSocketSession except, String why) {
    for (WebSocketSession session : byUser.getOrDefault(user, List.of())) {
      if (session != except) {
        session.endAuthentication(why);
      }
    }
  }

  /** Ends the connections of a user who was deleted. */
  public void endDeleted(UserId user) {
    endAll(user, null, "the account was deleted");
  }

  /** Ends the connections that were authenticated in a session of the identity provider's. */
  public void endProviderSession(String id) {
    for (WebSocketSession session : sessions.values()) {
      if (id.equals(session.providerSession())) {
        session.endAuthentication("signed out");
      }
    }
  }

  /** Who is connected. */
  public Set<UserId> connected() {
    return Set.copyOf(byUser.keySet());
  }

  /** All open connections, as they are now. */
  public Collection<WebSocketSession> all() {
    return sessions.values();
  }

  /** How many connections are open. */
  public int size() {
    return sessions.size();
  }

  /** How many users are connected. */
  public int users() {
    return byUser.size();
  }

  /** What clients have sent and nobody has looked at, in UTF-16 code units: for metrics. */
  public long unreadCharacters() {
    return sessions.values().stream().mapToLong(WebSocketSession::unreadCharacters).sum();
  }

  /** What clients have not taken yet, in bytes: for metrics. */
  public long unsentBytes() {
    return sessions.values().stream().mapToLong(session -> session.socket().unsentBytes()).sum();
  }

  /** Whether the server is going down: nothing new is begun. */
  boolean isClosing() {
    return closing;
  }

  /** Looks after deadlines: call it a few times a second. */
  public void sweep(long nowNanos) {
    for (WebSocketSession session : sessions.values()) {
      session.checkDeadlines(nowNanos);
    }
  }

  /** Tells everyone that the server goes down, each to come back at another moment. */
  public void announceShutdown(Duration spread) {
    closing = true;
    for (WebSocketSession session : sessions.values()) {
      long millis = 500 + ThreadLocalRandom.current().nextLong(Math.max(1, spread.toMillis()));
      session.tell(ServerFrames.serverShutdown(Duration.ofMillis(millis)));
    }
  }

  /** Closes every connection. */
  public void closeAll(CloseCode why) {
    sessions.values().forEach(session -> session.close(why));
  }

  /** Tells those who asked how the assistant does. */
  void announceStatus(ServerFrame status) {
    sessions.values().forEach(session -> session.tellStatusIfAsked(status));
  }
}
