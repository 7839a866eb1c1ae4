/** A client for canisters: an adapter of the domain's {@code Assistant}. */
module life.avai.canister {
  requires transitive life.avai.domain;
  requires static transitive org.jspecify;
  requires io.netty.buffer;
  requires io.netty.codec.http;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires tools.jackson.core;
  requires tools.jackson.databind;

  exports life.avai.canister;
}
