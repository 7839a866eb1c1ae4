package life.avai.testkit.canister;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import life.avai.testkit.websocket.Reception;
import org.jspecify.annotations.Nullable;

/**
 * What can go wrong with a canister: a catalogue to go through, one by one, with {@link #values}.
 *
 * <p>Each fault is armed on a {@link FakeCanister}, stays until {@link FakeCanister#heal} or the
 * next script takes its place, and ends by itself in at most {@link #LONGEST} where it is noisy. A
 * fault of the answer is also a {@link #script}, to be combined with others: {@code
 * CanisterScript.first(Fault.GAP.script().orElseThrow()).then(CanisterScript.replyWith("Hello"))}.
 *
 * <p>Where a fault lets an answer come, its text is {@link #REPLY}.
 */
public enum Fault {
  /** Open connections are cut, and new ones refused. */
  REFUSE(
      "cuts its connections and refuses new ones",
      (FakeCanister canister) -> {
        canister.refuse();
        canister.dropConnections();
      }),

  /** Open connections are cut; new ones are accepted, and nothing is ever said on them. */
  HANG_ON_CONNECT(
      "accepts TCP connections and never says anything",
      (FakeCanister canister) -> canister.receive(Reception.HANG)),

  /**
   * Open connections are cut; new ones get a TLS alert (handshake failure), which is no HTTP
   * either.
   */
  TLS_FAULT(
      "fails every TLS handshake",
      (FakeCanister canister) -> canister.receive(Reception.TLS_ALERT)),

  /** Open connections are cut; upgrade requests get the HTTP status 503. */
  REFUSE_UPGRADE(
      "answers upgrade requests with 503",
      (FakeCanister canister) -> {
        canister.switches().answerUpgradeWith(503);
        canister.dropConnections();
      }),

  /** A request is never answered; pings are. */
  STALL("hears a request and says nothing about it", CanisterScript.stall()),

  /** The answer begins {@link #SLOW} later, and is a proper one. */
  SLOW_FIRST_TOKEN(
      "takes long before the first delta",
      (ProcessRequest request) -> FaultScripts.slow().stepsFor(request)),

  /** The connection ends in the middle of the second delta's frame. */
  CUT_IN_MID_FRAME("cuts the connection within a frame", FaultScripts.cutInMidFrame()),

  /** The connection ends after half the answer, without a close frame. */
  CUT_IN_MID_STREAM("cuts the connection between two deltas", FaultScripts.cutInMidStream()),

  /** The connection is reset after half the answer: what the peer had not read is lost. */
  RESET_IN_MID_STREAM("resets the connection between two deltas", FaultScripts.reset()),

  /** The connection ends in order after half the answer, with the close code 1011. */
  CLOSE_IN_MID_STREAM("closes the connection between two deltas", FaultScripts.close()),

  /** After half the answer the connection is open, and nothing is read or said on it any more. */
  HALF_OPEN("falls silent for good, with the connection open", FaultScripts.freeze()),

  /** Every delta comes twice, byte for byte; the answer is a proper one. */
  DUPLICATE("sends every delta twice", FaultScripts.duplicate()),

  /** The second and the third delta change places. */
  REORDER("sends deltas in the wrong order", FaultScripts.reorder()),

  /** The second delta is missing. */
  GAP("leaves a delta out", FaultScripts.gap()),

  /**
   * The whole answer carries the id of a request that nobody made; the right one stays unanswered.
   */
  WRONG_ID("answers another request than it was asked", FaultScripts.wrongId()),

  /** A proper answer, and then more deltas and another response about the same request. */
  LATE("goes on after the answer", FaultScripts.late()),

  /** After the first delta messages that are no frames, binary ones among them; then silence. */
  GARBAGE("sends what is no frame of the protocol", FaultScripts.garbage()),

  /** One delta of {@link #HUGE_CHARS} characters, and a response of as many. */
  HUGE("sends a huge delta and a huge response", (ProcessRequest request) -> FaultScripts.huge()),

  /** A proper answer with confidence 7, negative times and counts, and a progress of 1e300. */
  BAD_NUMBERS("sends numbers out of their range", FaultScripts.badNumbers()),

  /** A response with an empty text. */
  EMPTY("answers with nothing", FaultScripts.empty()),

  /** An error that says that asking again may help. */
  ERROR("answers with an error", CanisterScript.failWith("out of order", true, Duration.ZERO)),

  /**
   * {@link #FLOOD} deltas of one character as fast as the connection takes them; then the response.
   */
  FLOOD_OF_DELTAS(
      "sends deltas as fast as it can", (ProcessRequest request) -> FaultScripts.floodOfDeltas()),

  /** {@link #FLOOD} frames about requests that nobody made, then a proper answer. */
  FLOOD_OF_UNKNOWN_IDS(
      "sends frames about unknown requests as fast as it can",
      (ProcessRequest request) -> FaultScripts.floodOfUnknownIds()),

  /** Says {@code draining} on every connection, ends what it has, and takes nothing new. */
  DRAINING("says that it drains, and takes no new request", FakeCanister::drain),

  /** A slow answer of {@link #LONGEST} at most, which a cancel does not end. */
  CANCEL_IGNORED(
      "goes on although it was cancelled",
      (FakeCanister canister) -> {
        canister.switches().obeyCancel(false);
        canister.script(FaultScripts.chatter());
      }),

  /** Nothing more is read from any connection; what is under way goes on. */
  STOPS_READING(
      "reads nothing more, with the connection open",
      (FakeCanister canister) -> canister.switches().read(false)),

  /** Pings of both kinds stay unanswered; requests are answered as ever. */
  NOT_ANSWERING_PINGS(
      "answers no pings",
      (FakeCanister canister) ->
          canister.switches().answerPings(false).answerWebSocketPings(false));

  /** The text of the answer where there is one. */
  public static final String REPLY = "This is how it begins, and that is how it ends.";

  /** How long {@link #SLOW_FIRST_TOKEN} waits. */
  public static final Duration SLOW = Duration.ofMillis(1500);

  /** The longest that a fault goes on talking. */
  public static final Duration LONGEST = Duration.ofSeconds(4);

  /** How long the texts of {@link #HUGE} are, in characters. */
  public static final int HUGE_CHARS = 8_000_000;

  /** How many frames make a flood. */
  public static final int FLOOD = 100_000;

  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // functions without a state of their own, both
  private final @Nullable CanisterScript script;

  @SuppressWarnings("ImmutableEnumChecker")
  private final Consumer<FakeCanister> arm;

  Fault(String description, CanisterScript script) {
    this.description = description;
    this.script = script;
    this.arm = canister -> canister.script(script);
  }

  Fault(String description, Consumer<FakeCanister> arm) {
    this.description = description;
    this.script = null;
    this.arm = arm;
  }

  /**
   * The fault of a name.
   *
   * @param name as {@link #label} gives it
   * @return the fault
   * @throws IllegalArgumentException if there is none of that name; the message lists them all
   */
  public static Fault of(String name) {
    return Arrays.stream(values())
        .filter(fault -> fault.label().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "fault: %s (expected: one of %s)"
                    .formatted(
                        name,
                        Arrays.stream(values())
                            .map(Fault::label)
                            .collect(Collectors.joining(", ")))));
  }

  /**
   * The fault's name in script files and reports.
   *
   * @return such as {@code cut-in-mid-frame}
   */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * What a canister with this fault does.
   *
   * @return the rest of a sentence that begins with "The canister"
   */
  public String description() {
    return description;
  }

  /**
   * The fault as a script, if it is one of the answer.
   *
   * @return the script; nothing for a fault of the connections or of the whole canister
   */
  public Optional<CanisterScript> script() {
    return Optional.ofNullable(script);
  }

  /**
   * Gives a canister this fault: from now on for connections, from the next request on for answers.
   *
   * @param canister the canister; it may have other faults already
   */
  public void arm(FakeCanister canister) {
    arm.accept(canister);
  }
}
