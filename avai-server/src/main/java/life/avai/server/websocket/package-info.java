/** A client's connection: its life, its mailbox, and what it watches. */
@NullMarked
package life.avai.server.websocket;

import org.jspecify.annotations.NullMarked;
