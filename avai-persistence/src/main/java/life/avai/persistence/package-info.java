/** Where conversations are kept: PostgreSQL behind the domain's ports. */
@NullMarked
package life.avai.persistence;

import org.jspecify.annotations.NullMarked;
