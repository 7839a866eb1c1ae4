package life.avai.persistence;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.privacy.ExportLinks;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.thread.ThreadRepository;
import life.avai.persistence.migration.SchemaMigration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The domain's stores over one PostgreSQL. Made at once, also when the database is away; {@link
 * #migrate} must have succeeded before the stores are of use.
 *
 * <p>Safe for use by many threads at once.
 */
public final class PostgresStores implements AutoCloseable {
  static {
    // By default the pool pings a connection that was idle for half a second before it lends it,
    // a round trip that every lone message would pay. Broken connections show when they are used,
    // and every write is repeated then.
    if (System.getProperty("com.zaxxer.hikari.aliveBypassWindowMs") == null) {
      System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "60000");
    }
  }

  private static final int SECOND = 1_000;

  private final PostgresSettings settings;
  private final HikariDataSource pool;
  private final ContextCache cache;
  private final JooqConversationStore conversations;
  private final MessageRepository messages;
  private final ThreadRepository threads;
  private final UserRepository users;
  private final PersonalData personalData;
  private final ExportLinks exportLinks;
  private final Analytics analytics;

  public PostgresStores(PostgresSettings settings) {
    this(settings, UnaryOperator.identity());
  }

  /**
   * With something between the stores and the pool.
   *
   * @param wrapper for example one that counts statements
   */
  public PostgresStores(PostgresSettings settings, UnaryOperator<DataSource> wrapper) {
    this.settings = settings;
    this.pool = pool(settings);
    DataSource connections = wrapper.apply(pool);
    DSLContext jooq = DSL.using(connections, SQLDialect.POSTGRES, jooqSettings(settings.schema()));
    DSLContext asked =
        DSL.using(
            new SharedConnections(connections, settings.poolSize() / 2),
            SQLDialect.POSTGRES,
            jooqSettings(settings.schema()));
    this.cache = new ContextCache(settings.contextCacheCharacters(), settings.contextMessages());
    this.conversations = new JooqConversationStore(jooq, asked, cache, settings.contextMessages());
    this.messages = new JooqMessageRepository(asked);
    this.threads = new JooqThreadRepository(asked);
    this.users = new JooqUserRepository(asked);
    this.personalData = new JooqPersonalData(asked);
    this.exportLinks = new JooqExportLinks(asked);
    this.analytics = new Analytics(asked);
  }

  private static HikariDataSource pool(PostgresSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(settings.jdbcUrl());
    config.setUsername(settings.user());
    config.setPassword(settings.password());
    config.setPoolName("avai");
    config.setMaximumPoolSize(settings.poolSize());
    config.setMinimumIdle(Math.min(4, settings.poolSize()));
    config.setConnectionTimeout(2L * SECOND);
    config.setValidationTimeout(2L * SECOND);
    config.setKeepaliveTime(60L * SECOND);
    // The database may be away when we start; then the stores say so until it is back.
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("ApplicationName", "avai");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("connectTimeout", "5");
    config.addDataSourceProperty("socketTimeout", "10");
    if (!settings.preparedStatements()) {
      config.addDataSourceProperty("prepareThreshold", "0");
    }
    return new HikariDataSource(config);
  }

  static Settings jooqSettings(String schema) {
    return new Settings()
        .withRenderMapping(
            new RenderMapping()
                .withSchemata(new MappedSchema().withInput("public").withOutput(schema)))
        .withExecuteLogging(false);
  }

  /** Brings the schema up to date; see {@link SchemaMigration#migrate}. */
  public void migrate() {
    // Not from the pool, whose connections give up on a statement after ten seconds.
    PGSimpleDataSource patient = new PGSimpleDataSource();
    patient.setUrl(settings.jdbcUrl());
    patient.setUser(settings.user());
    patient.setPassword(settings.password());
    patient.setApplicationName("avai-migration");
    patient.setConnectTimeout(5);
    patient.setTcpKeepAlive(true);
    if (!settings.preparedStatements()) {
      patient.setPrepareThreshold(0);
    }
    SchemaMigration.migrate(patient, settings.schema());
  }

  /**
   * Ends the leases of all turns that seem to run, so that they can be taken up at once. Only for
   * one who knows that no other server works on this database, as after starting PostgreSQL
   * himself: the turns are those of a dead one.
   *
   * @throws life.avai.domain.StoreUnavailableException when the database cannot be reached
   */
  public void endLeases() {
    conversations.endLeases();
  }

  public ConversationStore conversations() {
    return conversations;
  }

  public MessageRepository messages() {
    return messages;
  }

  public ThreadRepository threads() {
    return threads;
  }

  public UserRepository users() {
    return users;
  }

  public PersonalData personalData() {
    return personalData;
  }

  public ExportLinks exportLinks() {
    return exportLinks;
  }

  /** What an operator asks about days and models. */
  public Analytics analytics() {
    return analytics;
  }

  /** Whether the database answers now. Blocks for some seconds at most. */
  public boolean ping() {
    return sqlStateOfPing() == null;
  }

  /**
   * Why the database does not answer now, as a SQLSTATE, which is empty where there is none; null
   * when it does answer. Blocks for some seconds at most.
   */
  public @Nullable String sqlStateOfPing() {
    try (Connection connection = pool.getConnection()) {
      return connection.isValid(2) ? null : "";
    } catch (SQLException e) {
      return e.getSQLState() == null ? "" : e.getSQLState();
    }
  }

  /** Connections in use, of the pool's size: for metrics. */
  public int activeConnections() {
    HikariPoolMXBean bean = pool.getHikariPoolMXBean();
    return bean == null ? 0 : bean.getActiveConnections();
  }

  /** Callers that wait for a connection: for metrics. */
  public int waitingForConnections() {
    HikariPoolMXBean bean = pool.getHikariPoolMXBean();
    return bean == null ? 0 : bean.getThreadsAwaitingConnection();
  }

  /** Writes that wait for the next commit: for metrics. */
  public int waitingWrites() {
    return conversations.waitingWrites();
  }

  /** Hears of the size of every group that was committed. */
  public void onGroupCommit(@Nullable GroupListener listener) {
    conversations.onGroupCommit(listener);
  }

  /** Hears how many writes shared a commit. Called on the committing thread; must not block. */
  @FunctionalInterface
  public interface GroupListener {
    void committed(int writes);
  }

  @Override
  public void close() {
    conversations.close();
    pool.close();
  }
}
