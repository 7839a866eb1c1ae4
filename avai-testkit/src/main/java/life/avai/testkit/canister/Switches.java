package life.avai.testkit.canister;

import java.util.concurrent.CompletableFuture;
import life.avai.testkit.websocket.UpgradeRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a fake canister does beside its script. Changes count from the next frame or upgrade request
 * on.
 */
public final class Switches {
  private volatile CanisterScript script;
  private volatile boolean answersPings = true;
  private volatile boolean answersWebSocketPings = true;
  private volatile boolean obeysCancel = true;
  private volatile boolean echoesAttempt = true;
  private volatile boolean draining;
  private volatile CompletableFuture<Void> reading = CompletableFuture.completedFuture(null);
  private volatile int upgradeStatus = 101;
  private volatile @Nullable String token;

  Switches(CanisterScript script) {
    this.script = script;
  }

  /**
   * Whether a {@code ping} gets a {@code pong}; it does at first.
   *
   * @param answers false to seem dead
   * @return these switches
   */
  public Switches answerPings(boolean answers) {
    this.answersPings = answers;
    return this;
  }

  /**
   * Whether a WebSocket ping gets a pong; it does at first.
   *
   * @param answers false to seem dead
   * @return these switches
   */
  public Switches answerWebSocketPings(boolean answers) {
    this.answersWebSocketPings = answers;
    return this;
  }

  /**
   * Whether a {@code cancel} ends the steps for its request; it does at first.
   *
   * @param obeys false to go on
   * @return these switches
   */
  public Switches obeyCancel(boolean obeys) {
    this.obeysCancel = obeys;
    return this;
  }

  /**
   * Whether frames carry the request's {@code attempt} back; they do at first.
   *
   * @param echoes false to be a canister that does not know the field
   * @return these switches
   */
  public Switches echoAttempt(boolean echoes) {
    this.echoesAttempt = echoes;
    return this;
  }

  /**
   * Whether the canister reads from its connections; it does at first. While it does not, pings of
   * both kinds stay unanswered, and it does not notice that a peer leaves.
   *
   * @param reads false to hold everything that comes; true hears what was held
   * @return these switches
   */
  public Switches read(boolean reads) {
    if (reads) {
      reading.complete(null);
    } else if (reading.isDone()) {
      reading = new CompletableFuture<>();
    }
    return this;
  }

  /**
   * Whether new connections are greeted with {@code draining}, and new requests answered with an
   * error that asks for another attempt; not at first.
   *
   * @param drains true to take nothing new
   * @return these switches
   */
  public Switches drain(boolean drains) {
    this.draining = drains;
    return this;
  }

  /**
   * Answers upgrade requests with an HTTP status.
   *
   * @param status such as 503; 101 to accept them, as at first
   * @return these switches
   */
  public Switches answerUpgradeWith(int status) {
    this.upgradeStatus = status;
    return this;
  }

  /**
   * Demands {@code Authorization: Bearer} with a token on upgrade requests; others get 401.
   *
   * @param secret the token; null, as at first, to demand none
   * @return these switches
   */
  public Switches requireToken(@Nullable String secret) {
    this.token = secret;
    return this;
  }

  void script(CanisterScript how) {
    this.script = how;
  }

  CanisterScript script() {
    return script;
  }

  boolean answersPings() {
    return answersPings;
  }

  boolean answersWebSocketPings() {
    return answersWebSocketPings;
  }

  boolean obeysCancel() {
    return obeysCancel;
  }

  boolean echoesAttempt() {
    return echoesAttempt;
  }

  boolean isDraining() {
    return draining;
  }

  /** Done while the canister reads. */
  CompletableFuture<Void> reading() {
    return reading;
  }

  /** As at first, but for the token. */
  void reset(CanisterScript first) {
    script = first;
    answersPings = true;
    answersWebSocketPings = true;
    obeysCancel = true;
    echoesAttempt = true;
    upgradeStatus = 101;
    draining = false;
    read(true);
  }

  int admit(UpgradeRequest request) {
    String secret = token;
    boolean allowed = secret == null || request.header("Authorization").equals("Bearer " + secret);
    return allowed ? upgradeStatus : 401;
  }
}
