package life.avai.domain.conversation;

/** What is to become of a message that arrives while its thread has an unfinished turn. */
public enum WhileBusy {
  /** It is answered after what is there already. */
  ENQUEUE,
  /** What is there already is cancelled, and it is answered next. */
  INTERRUPT,
  /** It is refused. */
  REJECT
}
