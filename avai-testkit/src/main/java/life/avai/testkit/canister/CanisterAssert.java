package life.avai.testkit.canister;

import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/**
 * Assertions on what a {@link FakeCanister} received so far, to be chained.
 *
 * <pre>{@code
 * assertThat(canister)
 *     .hasReceivedQuestions("Hi", "Is this safe?")
 *     .hasCancelled("r-1")
 *     .hasHandledAtOnceAtMost(2)
 *     .hasReceivedNothingOdd();
 * }</pre>
 *
 * <p>They look and do not wait: use the {@code await} methods of the canister first.
 */
public final class CanisterAssert extends AbstractAssert<CanisterAssert, FakeCanister> {
  private CanisterAssert(@Nullable FakeCanister actual) {
    super(actual, CanisterAssert.class);
  }

  /**
   * Begins an assertion about a canister.
   *
   * @param canister the canister
   * @return the assertion
   */
  public static CanisterAssert assertThat(@Nullable FakeCanister canister) {
    return new CanisterAssert(canister);
  }

  /**
   * Begins an assertion about a request.
   *
   * @param request what a canister received
   * @return the assertion
   */
  public static ProcessRequestAssert assertThat(@Nullable ProcessRequest request) {
    return new ProcessRequestAssert(request);
  }

  /**
   * That so many {@code process} frames came, forgotten ones included.
   *
   * @param count the number
   * @return this assertion
   */
  public CanisterAssert hasReceived(long count) {
    Assertions.assertThat(canister().totalRequests()).as("requests of %s", actual).isEqualTo(count);
    return this;
  }

  /**
   * That these questions came and no others, in this order; repeats count.
   *
   * @param questions the last message of each request
   * @return this assertion
   */
  public CanisterAssert hasReceivedQuestions(String... questions) {
    Assertions.assertThat(canister().received())
        .as("questions to the canister")
        .extracting(ProcessRequest::question)
        .containsExactly(questions);
    return this;
  }

  /**
   * That the request of a number is as it should be.
   *
   * @param index from 0, in the order in which requests came
   * @param requirements what it must fulfil
   * @return this assertion
   */
  public CanisterAssert hasReceived(int index, Consumer<ProcessRequestAssert> requirements) {
    List<ProcessRequest> received = canister().received();
    Assertions.assertThat(received).as("requests").hasSizeGreaterThan(index);
    requirements.accept(assertThat(received.get(index)).as("request %d", index));
    return this;
  }

  /**
   * That all requests so far have every field of the protocol, of its kind.
   *
   * @return this assertion
   */
  public CanisterAssert hasReceivedProperRequestsOnly() {
    canister().received().forEach(request -> assertThat(request).isProper());
    return hasReceivedNothingOdd();
  }

  /**
   * That nothing came but {@code process}, {@code cancel} and {@code ping}.
   *
   * @return this assertion
   */
  public CanisterAssert hasReceivedNothingOdd() {
    Assertions.assertThat(canister().unexpected())
        .as("frames that no server should send")
        .isEmpty();
    return this;
  }

  /**
   * That these requests were cancelled and no others, in this order.
   *
   * @param requestIds their ids; none if nothing was cancelled
   * @return this assertion
   */
  public CanisterAssert hasCancelled(String... requestIds) {
    Assertions.assertThat(canister().cancels()).as("cancels").containsExactly(requestIds);
    return this;
  }

  /**
   * That there were never more requests under way at once.
   *
   * @param most the number
   * @return this assertion
   */
  public CanisterAssert hasHandledAtOnceAtMost(int most) {
    Assertions.assertThat(canister().maxInFlight())
        .as("requests at once")
        .isLessThanOrEqualTo(most);
    return this;
  }

  /**
   * That at some time so many requests were under way at once, and never more.
   *
   * @param count the number
   * @return this assertion
   */
  public CanisterAssert hasHandledAtOnce(int count) {
    Assertions.assertThat(canister().maxInFlight()).as("requests at once").isEqualTo(count);
    return this;
  }

  /**
   * That no request waits for its answer.
   *
   * @return this assertion
   */
  public CanisterAssert isIdle() {
    Assertions.assertThat(canister().inFlight()).as("requests under way").isZero();
    return this;
  }

  /**
   * That at least so many {@code ping} frames came.
   *
   * @param least the number
   * @return this assertion
   */
  public CanisterAssert hasReceivedPings(long least) {
    Assertions.assertThat(canister().pings()).as("pings").isGreaterThanOrEqualTo(least);
    return this;
  }

  /**
   * That at least so many WebSocket pings came.
   *
   * @param least the number
   * @return this assertion
   */
  public CanisterAssert hasReceivedWebSocketPings(long least) {
    Assertions.assertThat(canister().webSocketPings())
        .as("WebSocket pings")
        .isGreaterThanOrEqualTo(least);
    return this;
  }

  /**
   * That so many connections were made since the canister was first started.
   *
   * @param count the number
   * @return this assertion
   */
  public CanisterAssert wasDialled(int count) {
    Assertions.assertThat(canister().totalConnections()).as("connections made").isEqualTo(count);
    return this;
  }

  /**
   * That every connection's upgrade request had a header field, and that there was one.
   *
   * @param name the field's name, in any case
   * @param value its value
   * @return this assertion
   */
  public CanisterAssert wasDialledWithHeader(String name, String value) {
    Assertions.assertThat(canister().handshakes())
        .as("header %s of the handshakes", name)
        .isNotEmpty()
        .allSatisfy(handshake -> Assertions.assertThat(handshake.header(name)).isEqualTo(value));
    return this;
  }

  private FakeCanister canister() {
    isNotNull();
    return actual;
  }
}
