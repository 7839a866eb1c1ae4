/** The text of a reply while it grows, and the many who read it at their own pace. */
@NullMarked
package life.avai.domain.reply;

import org.jspecify.annotations.NullMarked;
