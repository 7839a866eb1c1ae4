/** How often somebody may do something. */
@NullMarked
package life.avai.domain.ratelimit;

import org.jspecify.annotations.NullMarked;
