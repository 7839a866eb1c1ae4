/** The schema, and how a database gets it. */
@NullMarked
package life.avai.persistence.migration;

import org.jspecify.annotations.NullMarked;
