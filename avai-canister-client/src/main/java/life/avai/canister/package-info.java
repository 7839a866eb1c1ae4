/**
 * The model's side over WebSocket, behind the domain's port {@link
 * life.avai.domain.assistant.Assistant}.
 */
@NullMarked
package life.avai.canister;

import org.jspecify.annotations.NullMarked;
