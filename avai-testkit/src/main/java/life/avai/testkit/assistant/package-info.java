/** An assistant that does what a test tells it, for tests of use cases without sockets. */
@NullMarked
package life.avai.testkit.assistant;

import org.jspecify.annotations.NullMarked;
