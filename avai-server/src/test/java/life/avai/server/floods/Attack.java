package life.avai.server.floods;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import life.avai.testkit.client.TestClient;
import life.avai.testkit.json.JsonObject;
import life.avai.testkit.websocket.Frame;
import life.avai.testkit.websocket.WebSocketDialer;

/** What people do to a server that they want to fall over. Each returns when it has been done. */
enum Attack {
  /** Come and go: with nothing, with half a request, with a socket, as somebody. */
  CONNECTS(10) {
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
  RECONNECTS(10) {
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
  TYPING(1) {
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
  BAD_TOKENS_FROM_ONE(10) {
    @Override
    void on(Target target, int times) {
      inParallel(times * 20, i -> guess(target, 2));
    }
  },

  /** Guesses from many addresses. */
  BAD_TOKENS_FROM_MANY(10) {
    @Override
    void on(Target target, int times) {
      inParallel(times * 20, i -> guess(target, 3 + i % 200));
    }
  },

  /** One person on fifty sockets, all watching one thread, all typing; and one socket more. */
  FIFTY_SOCKETS(2) {
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

  PINGS(4) {
    @Override
    void on(Target target, int times) {
      frames(target, times, 2_000, Frame.of(Frame.PING, new byte[125]));
    }
  },

  /** Messages that never end. */
  FRAGMENTS(10) {
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

  NONSENSE(3) {
    @Override
    void on(Target target, int times) {
      frames(target, times, 1_000, Frame.text("{\"type\":\"" + "nonsense".repeat(50)));
    }
  },

  /** Many people who all say as much as they may. */
  MESSAGES_WITHIN_THE_LIMIT(1) {
    @Override
    void on(Target target, int times) {
      inThreads(
          target,
          times,
          (client, thread) -> {
            for (int n = 0; n < 30; n++) {
              client.send("send_message", "thread_id", thread, "content", "more " + n);
            }
          });
    }
  },

  /** Many people who all read as much as they may, and more. */
  READS(1) {
    @Override
    void on(Target target, int times) {
      inThreads(
          target,
          times,
          (client, thread) -> {
            String history =
                JsonObject.of("type", "get_history", "thread_id", thread, "limit", 200).toString();
            for (int n = 0; n < 200; n++) {
              client.sendText(history);
            }
          });
    }
  },

  /** Half a request and silence, on as many connections as one can have; and a megabyte of head. */
  SLOW_STARTS(2) {
    @Override
    void on(Target target, int times) {
      List<Intruder> slow = Collections.synchronizedList(new ArrayList<>());
      inParallel(
          times * 50,
          i -> {
            Intruder intruder = new Intruder(target.port(), 2 + i % 200);
            slow.add(intruder);
            intruder.write(i % 2 == 0 ? "GET /ws HTTP/1.1\r\nHost: loc" : "");
          });
      inParallel(
          times * 5,
          i -> {
            try (Intruder intruder = new Intruder(target.port(), 2 + i % 200)) {
              intruder.write("GET /ws HTTP/1.1\r\nX: " + "x".repeat(1 << 20));
              intruder.awaitEnd();
            }
          });
      inParallel(
          slow.size(),
          i -> {
            try (Intruder intruder = slow.get(i)) {
              intruder.write("a");
            }
          });
    }
  },

  /** Frames that the standard forbids, and handshakes from where nobody may come from. */
  VIOLATIONS(10) {
    @Override
    void on(Target target, int times) {
      inParallel(
          times * 60,
          i -> {
            try (Intruder intruder = new Intruder(target.port(), 2 + i % 200)) {
              switch (i % 6) {
                case 0 -> {
                  intruder.upgrade();
                  intruder.sendUnmasked(Frame.text("{\"type\":\"ping\"}"));
                }
                case 1 -> {
                  intruder.upgrade();
                  intruder.send(Frame.text("compressed").withReservedBits(4));
                }
                case 2 -> {
                  intruder.upgrade();
                  intruder.send(Frame.of(Frame.TEXT, new byte[] {(byte) 0xff}));
                }
                case 3 -> {
                  intruder.upgrade();
                  intruder.send(Frame.binary(new byte[10]));
                }
                case 4 -> intruder.upgrade("Host: evil.example");
                default -> intruder.upgrade("Host: localhost\r\nOrigin: https://evil.example");
              }
              intruder.awaitEnd();
            }
          });
    }
  };

  private static final int AT_ONCE = 16;

  private final int perSecond;

  Attack(int perSecond) {
    this.perSecond = perSecond;
  }

  /**
   * How often it is made in a second where it is measured what becomes of others: about as often as
   * a link of 100 Mbit/s allows, and not more than some dozens who keep to what one address may.
   */
  int perSecond() {
    return perSecond;
  }

  /**
   * What is attacked. Nobody shares an address with who is not of their kind: what an address may
   * do is limited, and those behind it share that.
   */
  record Target(int port) {
    private WebSocketDialer behindAProxy(String network, int host) {
      return WebSocketDialer.to(URI.create("ws://127.0.0.1:" + port + "/ws"))
          .header("X-Forwarded-For", network + (1 + host % 200));
    }

    TestClient attacker(int number) {
      return TestClient.connect(behindAProxy("198.51.100.", number));
    }

    WebSocketDialer honestDialer(int number) {
      return behindAProxy("203.0.113.", number);
    }

    TestClient honest(int number) {
      return TestClient.connect(honestDialer(number)).timeout(Duration.ofSeconds(30));
    }

    TestClient somebody(int number) {
      TestClient client = honest(number);
      var unused = client.authenticateAnonymously();
      return client;
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

  /** Has people do something, each in a thread of their own, until it is answered. */
  private static void inThreads(Target target, int times, BiConsumer<TestClient, String> task) {
    inParallel(
        times * 10,
        i -> {
          try (TestClient client = target.attacker(i)) {
            client.authenticateAnonymously();
            task.accept(client, client.say("new", "first").threadId());
            client.settle();
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
