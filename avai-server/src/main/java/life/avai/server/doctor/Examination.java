package life.avai.server.doctor;

import java.util.List;

/** One part of reality that is looked at. */
@FunctionalInterface
interface Examination {
  /** Looks. Blocks for some seconds at most, throws nothing, and changes nothing. */
  List<Finding> look();
}
