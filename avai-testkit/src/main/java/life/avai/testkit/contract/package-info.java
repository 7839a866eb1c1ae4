/** What every adapter of a port must do, as test classes that an adapter's tests extend. */
@NullMarked
package life.avai.testkit.contract;

import org.jspecify.annotations.NullMarked;
