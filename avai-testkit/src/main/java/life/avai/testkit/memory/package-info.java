/** The domain's stores and limits kept in memory, for embedding and for tests of others. */
@NullMarked
package life.avai.testkit.memory;

import org.jspecify.annotations.NullMarked;
