/** Traces of turns, with OpenTelemetry: nothing here is loaded unless somebody wants them. */
@NullMarked
package life.avai.server.tracing;

import org.jspecify.annotations.NullMarked;
