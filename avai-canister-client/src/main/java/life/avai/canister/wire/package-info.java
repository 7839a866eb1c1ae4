/** The frames that canisters and the server exchange. The contract: docs/protocol.md, section 4. */
@NullMarked
package life.avai.canister.wire;

import org.jspecify.annotations.NullMarked;
