/** Parts for tests: contracts of the domain's ports, a fake canister, a client, a fake issuer. */
module life.avai.testkit {
  requires transitive life.avai.domain;
  requires static transitive org.jspecify;
  requires transitive org.junit.jupiter.api;
  requires transitive org.assertj.core;
  requires transitive java.sql;
  requires jdk.httpserver;

  exports life.avai.testkit.assistant;
  exports life.avai.testkit.canister;
  exports life.avai.testkit.check;
  exports life.avai.testkit.client;
  exports life.avai.testkit.conformance;
  exports life.avai.testkit.contract;
  exports life.avai.testkit.fault;
  exports life.avai.testkit.fixture;
  exports life.avai.testkit.identity;
  exports life.avai.testkit.json;
  exports life.avai.testkit.load;
  exports life.avai.testkit.time;
  exports life.avai.testkit.websocket;

  uses life.avai.testkit.canister.CanisterListener;
  uses life.avai.testkit.client.ClientListener;

  // JUnit runs the contracts and the statements by reflection.
  opens life.avai.testkit.conformance;
  opens life.avai.testkit.contract;
}
