/** Turns: the answering of one user message, from waiting to its one outcome. */
@NullMarked
package life.avai.domain.turn;

import org.jspecify.annotations.NullMarked;
