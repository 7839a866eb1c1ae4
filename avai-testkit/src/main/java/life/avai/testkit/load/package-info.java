/**
 * Load for a running server, beside the limits of the machine that it runs on: {@code ./avai
 * bench}.
 *
 * <p>The only package that needs more than the testkit has: HdrHistogram, Netty for {@link
 * life.avai.testkit.load.EchoServer}, and a JDBC driver. All are optional, so whoever uses the
 * testkit in tests gets none of them.
 */
@NullMarked
package life.avai.testkit.load;

import org.jspecify.annotations.NullMarked;
