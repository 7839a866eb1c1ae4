/** Faults between two programs that talk over TCP, for tests. */
@NullMarked
package life.avai.testkit.fault;

import org.jspecify.annotations.NullMarked;
