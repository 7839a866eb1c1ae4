/** A small strict JSON reader and writer for tests, on the JDK alone. */
@NullMarked
package life.avai.testkit.json;

import org.jspecify.annotations.NullMarked;
