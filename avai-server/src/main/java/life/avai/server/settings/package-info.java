/** What can be configured, with defaults, and how variables become settings. */
@NullMarked
package life.avai.server.settings;

import org.jspecify.annotations.NullMarked;
