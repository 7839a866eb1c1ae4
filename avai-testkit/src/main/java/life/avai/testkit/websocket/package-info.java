/** A small WebSocket server and a raw client (RFC 6455) that can also misbehave. */
@NullMarked
package life.avai.testkit.websocket;

import org.jspecify.annotations.NullMarked;
