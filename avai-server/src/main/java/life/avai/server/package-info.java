/** The program: settings in, a running server out. */
@NullMarked
package life.avai.server;

import org.jspecify.annotations.NullMarked;
