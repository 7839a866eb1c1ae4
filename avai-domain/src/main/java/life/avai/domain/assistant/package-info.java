/** The model's side, as the domain sees it: what is asked, and what comes back. */
@NullMarked
package life.avai.domain.assistant;

import org.jspecify.annotations.NullMarked;
