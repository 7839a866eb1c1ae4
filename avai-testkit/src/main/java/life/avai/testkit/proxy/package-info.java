/** A TCP proxy that makes the network between two programs fail on demand. */
@NullMarked
package life.avai.testkit.proxy;

import org.jspecify.annotations.NullMarked;
