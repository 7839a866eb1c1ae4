/** A client of AVAI's client protocol, made for tests. */
@NullMarked
package life.avai.testkit.client;

import org.jspecify.annotations.NullMarked;
