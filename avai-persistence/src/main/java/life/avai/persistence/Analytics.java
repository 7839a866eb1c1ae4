package life.avai.persistence;

import static life.avai.persistence.jooq.Tables.ANALYTICS_MESSAGES;
import static life.avai.persistence.jooq.Tables.ANALYTICS_TURNS;

import java.time.LocalDate;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What an operator asks about days (of UTC) and models. Reads the tables of all days, so it takes
 * the longer the more there is.
 *
 * <p>Safe for use by many threads at once; blocks.
 */
public final class Analytics {
  private final DSLContext jooq;

  Analytics(DSLContext jooq) {
    this.jooq = jooq;
  }

  /**
   * What was found, oldest day first; days without anything are not there.
   *
   * @param messages by day, role and model
   * @param turns by day, model and outcome
   */
  public record Report(LocalDate since, List<Messages> messages, List<Turns> turns) {
    public Report {
      messages = List.copyOf(messages);
      turns = List.copyOf(turns);
    }
  }

  /**
   * Messages of a day.
   *
   * @param role {@code user} or {@code assistant}
   * @param model as it named itself; empty for a user's, and for one that did not say
   * @param threads that they are in
   * @param authors users who wrote them
   * @param confidence the mean, in [0, 1]; null when none was told
   * @param lowestConfidence in [0, 1]; null when none was told
   */
  public record Messages(
      LocalDate day,
      String role,
      String model,
      long messages,
      long threads,
      long authors,
      @Nullable Double confidence,
      @Nullable Double lowestConfidence) {}

  /**
   * Turns of a day, by when they were made.
   *
   * @param model as it named itself; empty when it did not come to that
   * @param outcome the state, or why it failed, in lower case
   * @param promptTokens estimated
   * @param firstDeltaMsMedian from when they were taken up to the first text; null without any
   * @param firstDeltaMs95 the same, which one in twenty exceeds
   * @param tookMsMedian from when they were taken up to the outcome; null when nobody was asked
   * @param tookMs95 the same, which one in twenty exceeds
   */
  public record Turns(
      LocalDate day,
      String model,
      String outcome,
      long turns,
      long promptTokens,
      long replyTokens,
      @Nullable Double firstDeltaMsMedian,
      @Nullable Double firstDeltaMs95,
      @Nullable Double tookMsMedian,
      @Nullable Double tookMs95) {}

  /**
   * Looks.
   *
   * @throws life.avai.domain.StoreUnavailableException when the database cannot be reached
   */
  public Report since(LocalDate day) {
    var m = ANALYTICS_MESSAGES;
    var t = ANALYTICS_TURNS;
    return SqlErrors.call(() ->
        new Report(
            day,
            jooq.selectFrom(m)
                .where(m.DAY.ge(day))
                .orderBy(m.DAY, m.ROLE, m.MODEL)
                .fetch(row ->
                    new Messages(
                        row.getDay(),
                        row.getRole(),
                        row.getModel(),
                        row.getMessages(),
                        row.getThreads(),
                        row.getAuthors(),
                        row.getConfidence(),
                        row.getLowestConfidence())),
            jooq.selectFrom(t)
                .where(t.DAY.ge(day))
                .orderBy(t.DAY, t.MODEL, t.OUTCOME)
                .fetch(row ->
                    new Turns(
                        row.getDay(),
                        row.getModel(),
                        row.getOutcome(),
                        row.getTurns(),
                        row.getPromptTokens(),
                        row.getReplyTokens(),
                        row.getFirstDeltaMsP50(),
                        row.getFirstDeltaMsP95(),
                        row.getTookMsP50(),
                        row.getTookMsP95()))));
  }
}
