/** A PostgreSQL of the program's own, for those who have none. */
@NullMarked
package life.avai.persistence.embedded;

import org.jspecify.annotations.NullMarked;
