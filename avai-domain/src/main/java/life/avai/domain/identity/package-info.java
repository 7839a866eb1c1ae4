/** Who is talking: users, callers, credentials and how they are told apart. */
@NullMarked
package life.avai.domain.identity;

import org.jspecify.annotations.NullMarked;
