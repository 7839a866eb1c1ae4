/** A fake token issuer in the manner of Clerk, honest and hostile tokens included. */
@NullMarked
package life.avai.testkit.identity;

import org.jspecify.annotations.NullMarked;
