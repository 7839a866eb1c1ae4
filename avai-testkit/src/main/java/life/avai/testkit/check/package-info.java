/**
 * A recorder of what clients, canisters and the database saw of a run, in one order, and a checker
 * of what must hold of it.
 */
@NullMarked
package life.avai.testkit.check;

import org.jspecify.annotations.NullMarked;
