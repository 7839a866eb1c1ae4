/** The messages of a thread: what they are, and how they are read back. */
@NullMarked
package life.avai.domain.message;

import org.jspecify.annotations.NullMarked;
