/** Time that tests move by hand. */
@NullMarked
package life.avai.testkit.time;

import org.jspecify.annotations.NullMarked;
