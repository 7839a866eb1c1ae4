package life.avai.domain.privacy;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import life.avai.domain.conversation.TurnDispatcher;
import life.avai.domain.identity.UserId;

/** Deletes a user with everything, and stops what runs for them. */
public final class DeleteAccount {
  private final PersonalData data;
  private final TurnDispatcher turns;

  public DeleteAccount(PersonalData data, TurnDispatcher turns) {
    this.data = requireNonNull(data, "data");
    this.turns = requireNonNull(turns, "turns");
  }

  /**
   * Deletes for good. Turns that run on other servers stop when their leases are next to be
   * renewed; nothing that they still write is kept.
   *
   * @return whether there was such a user
   */
  public boolean handle(UserId user) {
    boolean deleted = data.delete(user);
    turns.forgetAllOf(user);
    return deleted;
  }

  /**
   * The same for the user whom the identity provider calls so.
   *
   * @return who that was; empty when nobody here is called so
   */
  public Optional<UserId> handle(String subject) {
    Optional<UserId> user = data.find(subject);
    user.ifPresent(this::handle);
    return user;
  }
}
