package life.avai.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import life.avai.server.settings.ServerSettings.LogSettings;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.LoggerFactory;

/** Sets up the logs: one event a line, for people or for machines. */
public final class Logging {
  private static final String LINE =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{0} -"
          + " %replace(%replace(%msg %kvp{NONE}){'[\\r\\n]+', ' '}){' +$', ''}%n";

  private static final String JOOQ_ON_VERSIONS =
      "org.jooq.impl.DefaultExecuteContext.logVersionSupport";

  private Logging() {}

  /** Replaces what was set up before. Standard error, because standard output is the launcher's. */
  public static void configure(LogSettings settings) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Encoder<ILoggingEvent> encoder =
        switch (settings.format()) {
          case TEXT -> {
            PatternLayoutEncoder text = new PatternLayoutEncoder();
            text.setPattern(LINE);
            yield text;
          }
          case JSON -> new LogstashEncoder();
        };
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(console);
    // It warns of every PostgreSQL but the newest; which ones AVAI works with is for us to say.
    context.getLogger(JOOQ_ON_VERSIONS).setLevel(Level.ERROR);
    context.getLogger("life.avai").setLevel(Level.toLevel(settings.level().name()));
  }
}
