/** Connections to canisters: dialled, watched, and dialled again. */
@NullMarked
package life.avai.canister.connection;

import org.jspecify.annotations.NullMarked;
