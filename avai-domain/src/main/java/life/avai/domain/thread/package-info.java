/** Conversations: what a thread is, and where threads are kept. */
@NullMarked
package life.avai.domain.thread;

import org.jspecify.annotations.NullMarked;
