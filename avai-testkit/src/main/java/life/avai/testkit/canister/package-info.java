/** A fake canister: the model's side of the wire protocol, scripted by the test. */
@NullMarked
package life.avai.testkit.canister;

import org.jspecify.annotations.NullMarked;
