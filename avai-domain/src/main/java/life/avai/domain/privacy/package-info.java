/** What people may ask of what is kept about them: a copy of it, and its end. */
@NullMarked
package life.avai.domain.privacy;

import org.jspecify.annotations.NullMarked;
