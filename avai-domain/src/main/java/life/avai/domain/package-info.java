/** AVAI without its surroundings: the JDK and nothing else. */
@NullMarked
package life.avai.domain;

import org.jspecify.annotations.NullMarked;
