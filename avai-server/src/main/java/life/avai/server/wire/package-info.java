/** The frames that clients and the server exchange, as text. The contract: docs/protocol.md. */
@NullMarked
package life.avai.server.wire;

import org.jspecify.annotations.NullMarked;
