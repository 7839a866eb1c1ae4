package life.avai.domain.conversation;

import life.avai.domain.turn.Lease;

/** What is to become of the turn of a message that is being saved. */
public sealed interface TurnStart {
  /** It runs at once in this server, unless the thread has an unfinished turn: then it waits. */
  record RunNow(Lease lease) implements TurnStart {}

  /** It waits until a server claims it. */
  record Wait() implements TurnStart {}

  /** No canister is configured: it has failed ({@code AI_DISABLED}) from the start. */
  record FailDisabled() implements TurnStart {}
}
