/** Holds the configuration against reality, and says how to mend what does not fit. */
@NullMarked
package life.avai.server.doctor;

import org.jspecify.annotations.NullMarked;
