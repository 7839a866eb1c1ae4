package life.avai.testkit.canister;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import javax.net.ssl.SSLContext;
import life.avai.testkit.time.MutableClock;
import org.jspecify.annotations.Nullable;

/** How to start a canister. */
public final class FakeCanisterBuilder {
  InetAddress host = InetAddress.getLoopbackAddress();
  int port;
  @Nullable SSLContext tls;
  @Nullable MutableClock clock;
  int keep = Integer.MAX_VALUE;
  CanisterScript script = CanisterScript.answering(request -> "You said: " + request.question());

  FakeCanisterBuilder() {}

  /**
   * Listens at an address.
   *
   * @param address the address; the loopback's at first
   * @return this builder
   */
  public FakeCanisterBuilder host(InetAddress address) {
    this.host = address;
    return this;
  }

  /**
   * Listens on a port.
   *
   * @param number the port; 0, as at first, for a free one
   * @return this builder
   */
  public FakeCanisterBuilder port(int number) {
    this.port = number;
    return this;
  }

  /**
   * Serves {@code wss}.
   *
   * @param context holds the certificate
   * @return this builder
   */
  public FakeCanisterBuilder tls(SSLContext context) {
    this.tls = context;
    return this;
  }

  /**
   * Answers so.
   *
   * @param how the script
   * @return this builder
   */
  public FakeCanisterBuilder script(CanisterScript how) {
    this.script = how;
    return this;
  }

  /**
   * Lets pauses last until the test moves a clock. What is due when it is moved happens in the
   * order in which it is due, so that the same questions get the same frames in the same order.
   *
   * @param time the clock
   * @return this builder
   */
  public FakeCanisterBuilder clock(MutableClock time) {
    this.clock = time;
    return this;
  }

  /**
   * Remembers only the latest requests, cancels, handshakes and odd frames; everything at first.
   * Counts go on.
   *
   * @param count how many of each; 0 for a load test
   * @return this builder
   */
  public FakeCanisterBuilder remember(int count) {
    this.keep = count;
    return this;
  }

  /**
   * Starts the canister.
   *
   * @return the canister, accepting connections
   * @throws UncheckedIOException if the port is taken
   */
  public FakeCanister start() {
    return new FakeCanister(this);
  }
}
