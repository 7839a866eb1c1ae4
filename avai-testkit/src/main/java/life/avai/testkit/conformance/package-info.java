/** Holds any server, given its address, to the statements of the client protocol. */
@NullMarked
package life.avai.testkit.conformance;

import org.jspecify.annotations.NullMarked;
