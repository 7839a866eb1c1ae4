/** How often somebody may do what costs the server something. */
@NullMarked
package life.avai.server.ratelimit;

import org.jspecify.annotations.NullMarked;
