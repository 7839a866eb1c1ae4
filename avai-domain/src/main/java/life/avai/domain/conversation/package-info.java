/** The use cases: sending, answering, cancelling, and telling everyone who watches. */
@NullMarked
package life.avai.domain.conversation;

import org.jspecify.annotations.NullMarked;
