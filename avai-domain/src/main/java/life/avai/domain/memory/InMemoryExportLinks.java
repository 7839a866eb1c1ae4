package life.avai.domain.memory;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import life.avai.domain.identity.UserId;
import life.avai.domain.memory.Tables.Export;
import life.avai.domain.privacy.ExportLinks;

/** Links in memory. */
final class InMemoryExportLinks implements ExportLinks {
  private final Tables tables;

  InMemoryExportLinks(Tables tables) {
    this.tables = tables;
  }

  @Override
  public void offer(UserId user, byte[] tokenHash, Instant expiresAt) {
    ByteBuffer hash = ByteBuffer.wrap(tokenHash.clone()).asReadOnlyBuffer();
    boolean ignored =
        tables.atomically(() -> {
          if (tables.users.containsKey(user)) {
            tables.exports.put(user, new Export(hash, expiresAt));
          }
          return true;
        });
  }

  @Override
  public Optional<UserId> redeem(byte[] tokenHash, Instant now) {
    ByteBuffer hash = ByteBuffer.wrap(tokenHash);
    return tables.atomically(() -> {
      Optional<Map.Entry<UserId, Export>> found =
          tables.exports.entrySet().stream()
              .filter(entry -> entry.getValue().tokenHash().equals(hash))
              .filter(entry -> now.isBefore(entry.getValue().expiresAt()))
              .findFirst();
      Optional<UserId> user = found.map(Map.Entry::getKey);
      user.ifPresent(tables.exports::remove);
      return user;
    });
  }

  @Override
  public void sweep(Instant now) {
    boolean ignored =
        tables.atomically(
            () -> tables.exports.values().removeIf(link -> !now.isBefore(link.expiresAt())));
  }
}
