package life.avai.testkit.check;

/** Looks for cases in which one property does not hold. */
@FunctionalInterface
interface Check {
  void check(Observations run, Report report);
}
