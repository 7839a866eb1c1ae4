package life.avai.server.floods;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.WebSocketDialer;

/** What people do to a server that they want to fall over. Each returns when it has been done. */
enum Attack {
  /** Come and go: with nothing, with half a request, with a socket, as somebody. */
  CONNECTS {
    @Override
    void on(Target target, int times) {
      inParallel(
          times * 200,
          i -> {
            try (Intruder intruder = new Intruder(target.port(), 2 + i % 200)) {
              switch (i % 5) {
                case 0 -> intruder.reset();
                case 1 -> intruder.write("GET /ws HT");
                case 2 -> intruder.upgrade();
                case 3 -> {
                  intruder.upgrade();
                  intruder.reset();
                }
                default -> {
                  intruder.upgrade();
                  intruder.send(Frame.text("{\"type\":\"auth\"}"));
                }
              }
            }
          });
    }
  },

  /** Everybody is thrown out, and everybody is back at once. */
  RECONNECTS {
    @Override
    void on(Target target, int times) {
      String[] sessions = new String[40];
      for (int round = 0; round <= times; round++) {
        inParallel(
            sessions.length,
            i -> {
              TestClient client = target.attacker(i);
              sessions[i] =
                  sessions[i] == null
                      ? client.authenticateAnonymously().string("session_token")
                      : client
                          .request("auth", "session_token", sessions[i])
                          .string("session_token");
              client.cut();
            });
      }
    }
  },

  /** One key held down, on a few sockets. */
  TYPING {
    @Override
    void on(Target target, int times) {
      inParallel(
          times * 2,
          i -> {
            try (TestClient client = target.attacker(i)) {
              client.authenticateAnonymously();
              String thread = client.request("create_thread").object("thread").string("id");
              String typing =
                  JsonObject.of("type", "typing", "thread_id", thread, "typing", true).toString();
              for (int n = 0; n < 10_000; n++) {
                client.sendText(typing);
              }
              var unused = client.awaitClose();
            }
          });
    }
  },

  /** Guesses from one address. */
  BAD_TOKENS_FROM_ONE {
    @Override
    void on(Target target, int times) {
      inParallel(times * 20, i -> guess(target, 2));
    }
  },

  /** Guesses from many addresses. */
  BAD_TOKENS_FROM_MANY {
    @Override
    void on(Target target, int times) {
      inParallel(times * 20, i -> guess(target, 3 + i % 200));
    }
  },

  /** One person on fifty sockets, all watching one thread, all typing; and one socket more. */
  FIFTY_SOCKETS {
    @Override
    void on(Target target, int times) {
      List<TestClient> sockets = new ArrayList<>();
      try {
        sockets.add(target.attacker(0));
        String session = sockets.getFirst().authenticateAnonymously().string("session_token");
        String thread = sockets.getFirst().say("new", "to all of me").threadId();
        for (int i = 1; i < 50; i++) {
          TestClient socket = target.attacker(i);
          sockets.add(socket);
          socket.request("auth", "session_token", session);
          socket.request("subscribe", "thread_id", thread);
        }
        try (TestClient surplus = target.attacker(50)) {
          surplus.send("auth", "session_token", session);
          if (surplus.awaitClose().code() != 4429) {
            throw new AssertionError("one socket too many was let in");
          }
        }
        for (int round = 0; round < times; round++) {
          sockets.forEach(socket -> socket.send("typing", "thread_id", thread, "typing", true));
          sockets.forEach(TestClient::settle);
        }
      } finally {
        sockets.forEach(TestClient::cut);
      }
    }
  },

  PINGS {
    @Override
    void on(Target target, int times) {
      frames(target, times, 2_000, Frame.of(Frame.PING, new byte[125]));
    }
  },

  /** Messages that never end. */
  FRAGMENTS {
    @Override
    void on(Target target, int times) {
      inParallel(
          times * 10,
          i -> {
            try (Intruder intruder = new Intruder(target.port(), 2 + i % 200)) {
              intruder.upgrade();
              intruder.send(Frame.text("{").notLast());
              for (int n = 0; n < 1_000; n++) {
                intruder.send(Frame.continuation(" ".repeat(100)).notLast());
              }
              intruder.awaitEnd();
            }
          });
    }
  },

  NONSENSE {
    @Override
    void on(Target target, int times) {
      frames(target, times, 1_000, Frame.text("{\"type\":\"" + "nonsense".repeat(50)));
    }
  },

  /** Many people who all say as much as they may. */
  MESSAGES_WITHIN_THE_LIMIT {
    @Override
    void on(Target target, int times) {
      inParallel(
          times * 10,
          i -> {
            try (TestClient client = target.attacker(i)) {
              client.authenticateAnonymously();
              String thread = client.say("new", "first").threadId();
              for (int n = 0; n < 30; n++) {
                client.send("send_message", "thread_id", thread, "content", "more " + n);
              }
              client.settle();
            }
          });
    }
  };

  private static final int AT_ONCE = 16;

  /**
   * What is attacked. Nobody shares an address with who is not of their kind: what an address may
   * do is limited, and those behind it share that.
   */
  record Target(int port) {
    private TestClient behindAProxy(String network, int host) {
      URI address = URI.create("ws://127.0.0.1:" + port + "/ws");
      return TestClient.connect(
          WebSocketDialer.to(address).header("X-Forwarded-For", network + (1 + host % 200)));
    }

    TestClient attacker(int number) {
      return behindAProxy("198.51.100.", number);
    }

    TestClient honest(int number) {
      return behindAProxy("203.0.113.", number).timeout(Duration.ofSeconds(30));
    }
  }

  /** Does it, in proportion to {@code times}. */
  abstract void on(Target target, int times);

  private static void guess(Target target, int host) throws IOException {
    try (Intruder intruder = new Intruder(target.port(), host)) {
      intruder.upgrade();
      // More than a socket may have wrong.
      for (int n = 0; n < 30; n++) {
        intruder.send(
            Frame.text(
                "{\"type\":\"authenticate\",\"token\":\"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0."
                    + HostileSecrets.BAD_TOKEN
                    + n
                    + "\"}"));
      }
      intruder.awaitEnd();
    }
  }

  private static void frames(Target target, int times, int each, Frame frame) {
    inParallel(
        times * 10,
        i -> {
          try (Intruder intruder = new Intruder(target.port(), 2 + i % 200)) {
            intruder.upgrade();
            for (int n = 0; n < each; n++) {
              intruder.send(frame);
            }
            intruder.awaitEnd();
          }
        });
  }

  private interface Task {
    void run(int number) throws IOException;
  }

  /** Whatever becomes of an attacker's connection is right: what counts is how others fare. */
  private static void inParallel(int count, Task task) {
    Semaphore free = new Semaphore(AT_ONCE);
    List<Thread> threads =
        IntStream.range(0, count)
            .mapToObj(i -> {
              free.acquireUninterruptibly();
              return Thread.ofVirtual()
                  .start(() -> {
                    try {
                      task.run(i);
                    } catch (IOException | UncheckedIOException | AssertionError e) {
                      // Closed on the way, or not answered.
                    } finally {
                      free.release();
                    }
                  });
            })
            .toList();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }
}
