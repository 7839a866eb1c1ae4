/** Who is believed to be whom: Clerk's tokens. */
@NullMarked
package life.avai.server.auth;

import org.jspecify.annotations.NullMarked;
