/**
 * A PostgreSQL that comes with the program, for those who have none: unpacked, started, stopped.
 */
@NullMarked
package life.avai.persistence.embedded;

import org.jspecify.annotations.NullMarked;
