package life.avai.testkit.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;

/**
 * A client of {@link EchoServer} that sends as much as a {@link Talker} does. Loop's thread only.
 */
final class EchoTalker implements Peer.Listener {
  private final byte[] text;
  private final Seen seen;
  private final Runnable ready;
  private final Peer peer;
  private boolean running;
  private long sentNanos;

  /**
   * Begins to connect.
   *
   * @param bytes how long a message is
   */
  EchoTalker(Loop loop, URI url, Seen seen, int bytes, Runnable ready) {
    this.text = "x".repeat(bytes).getBytes(UTF_8);
    this.seen = seen;
    this.ready = ready;
    this.peer = Peer.connect(loop, url, this);
  }

  void start() {
    running = true;
    send();
  }

  void stop() {
    running = false;
  }

  void cut() {
    peer.cut();
  }

  private void send() {
    sentNanos = System.nanoTime();
    peer.send(text);
  }

  @Override
  public void opened(Peer opened) {
    ready.run();
  }

  @Override
  public void text(Peer from, byte[] array, int begin, int end) {
    Seen.record(seen.other, sentNanos);
    if (running) {
      send();
    }
  }

  @Override
  public void ended(Peer gone) {
    running = false;
  }
}
