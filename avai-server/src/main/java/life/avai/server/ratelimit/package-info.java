/** How many messages a user may send. */
@NullMarked
package life.avai.server.ratelimit;

import org.jspecify.annotations.NullMarked;
