/** What the testkit's packages share; no part of its public interface. */
@NullMarked
package life.avai.testkit.internal;

import org.jspecify.annotations.NullMarked;
