/** How the server's logs look. */
@NullMarked
package life.avai.server.logging;

import org.jspecify.annotations.NullMarked;
