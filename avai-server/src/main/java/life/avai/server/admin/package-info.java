/** The page that operators see: what happened on which day, and with which model. */
@NullMarked
package life.avai.server.admin;

import org.jspecify.annotations.NullMarked;
