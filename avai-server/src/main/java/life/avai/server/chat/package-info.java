/** Talking to a server from a terminal. */
@NullMarked
package life.avai.server.chat;

import org.jspecify.annotations.NullMarked;
