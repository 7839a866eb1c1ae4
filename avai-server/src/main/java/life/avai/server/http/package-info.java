/** What the server answers over plain HTTP. */
@NullMarked
package life.avai.server.http;

import org.jspecify.annotations.NullMarked;
