/**
 * The ports of the stores and of the rate limiter, kept in memory: for programs that embed the
 * domain without a database, and for fast tests.
 */
@NullMarked
package life.avai.domain.memory;

import org.jspecify.annotations.NullMarked;
