package life.avai.domain.assistant;

/**
 * Estimates how many tokens a text costs the model. Pure and quick: it runs for every message.
 *
 * <p>Safe for use by many threads at once.
 */
@FunctionalInterface
public interface TokenEstimator {
  /** At least 1 for a text that is not empty, 0 for one that is; never less for a longer text. */
  int estimate(String text);

  /**
   * Counts characters by kind, at the rates that byte-pair vocabularies show on prose and code:
   * about four letters of a word a token, one for each sign of punctuation or two of a run, three
   * quarters for an ideograph. Which model answers is not known here, so an exact count for one of
   * them would be no more right.
   */
  static TokenEstimator byCharacterKind() {
    return new CharacterKindEstimator();
  }
}
