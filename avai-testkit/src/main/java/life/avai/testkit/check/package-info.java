/** A recorder of what clients, canisters and the database saw of a run, in one order. */
@NullMarked
package life.avai.testkit.check;

import org.jspecify.annotations.NullMarked;
