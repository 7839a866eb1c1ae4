/** A canister for trying AVAI out: fixed rules that look at code, and no AI. */
@NullMarked
package life.avai.server.demo;

import org.jspecify.annotations.NullMarked;
