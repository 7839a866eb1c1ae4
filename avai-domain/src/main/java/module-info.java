/**
 * The conversation domain: identity, threads, messages, turns, and the ports to everything else.
 */
module life.avai.domain {
  requires static transitive org.jspecify;

  exports life.avai.domain;
  exports life.avai.domain.assistant;
  exports life.avai.domain.conversation;
  exports life.avai.domain.identity;
  exports life.avai.domain.memory;
  exports life.avai.domain.message;
  exports life.avai.domain.privacy;
  exports life.avai.domain.ratelimit;
  exports life.avai.domain.reply;
  exports life.avai.domain.thread;
  exports life.avai.domain.turn;
}
