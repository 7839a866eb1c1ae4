package life.avai.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.sql.DataSource;
import life.avai.domain.conversation.TurnStart;
import life.avai.domain.identity.Caller;
import life.avai.domain.message.HistoryQuery;
import life.avai.domain.thread.ChatThread;
import life.avai.domain.thread.ThreadChange;
import life.avai.domain.thread.ThreadId;
import life.avai.testkit.fixture.Fixtures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Somebody else's thread and none at all are asked for by the same statements and answered the
 * same: nobody can tell them apart, not even with a clock.
 */
class NotYoursTest {
  private static final List<String> STATEMENTS = new CopyOnWriteArrayList<>();
  private static final PostgresStores STORES = open();

  private static PostgresStores open() {
    return new PostgresStores(
        PostgresSettings.of(
            TestPostgres.freshDatabase(),
            TestPostgres.server().user(),
            TestPostgres.server().password()),
        NotYoursTest::recording);
  }

  private static DataSource recording(DataSource source) {
    return proxy(
        DataSource.class,
        source,
        result -> result instanceof Connection open ? recording(open) : result);
  }

  private static Connection recording(Connection connection) {
    return proxy(Connection.class, connection, result -> result);
  }

  private static <T> T proxy(Class<T> type, T target, Function<Object, Object> results) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (arguments != null && arguments[0] instanceof String sql) {
                STATEMENTS.add(sql);
              }
              try {
                Object result = method.invoke(target, arguments);
                return result == null ? null : results.apply(result);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @BeforeAll
  static void migrate() {
    STORES.migrate();
  }

  @AfterAll
  static void close() {
    STORES.close();
  }

  /** Everything that names a thread. */
  enum Asking {
    FIND {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES.threads().find(who.userId(), thread);
      }
    },
    UPDATE {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES
            .threads()
            .update(who.userId(), thread, new ThreadChange("mine now", null, null), Fixtures.NOON);
      }
    },
    DELETE {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES.threads().delete(who.userId(), thread);
      }
    },
    HISTORY {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES
            .messages()
            .history(
                who.userId(), thread, new HistoryQuery(new HistoryQuery.From.Latest(), 10, true));
      }
    },
    EXPORT {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES.personalData().messages(who.userId(), thread, 0, 10);
      }
    },
    SAVE {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES.conversations().save(Fixtures.draft(who.userId(), thread).build());
      }
    },
    CANCEL {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES.conversations().cancel(who.userId(), thread, null, null, Fixtures.NOON);
      }
    },
    REGENERATE {
      @Override
      Object ask(Caller who, ThreadId thread) {
        return STORES
            .conversations()
            .regenerate(
                who.userId(),
                thread,
                Fixtures.requestId(),
                new TurnStart.Wait(),
                Duration.ofMinutes(1),
                Fixtures.NOON);
      }
    };

    abstract Object ask(Caller who, ThreadId thread);
  }

  @ParameterizedTest
  @EnumSource
  void somebodyElsesThread_andNone_areTheSame(Asking asking) {
    Caller owner = Fixtures.signedIn(STORES.users());
    Caller stranger = Fixtures.signedIn(STORES.users());
    ThreadId theirs = Fixtures.threadId();
    STORES
        .threads()
        .create(ChatThread.empty(theirs, owner.userId(), "Theirs", null, Fixtures.NOON));
    var unused = STORES.conversations().save(Fixtures.draft(owner.userId(), theirs).build());

    STATEMENTS.clear();
    Object none = asking.ask(stranger, Fixtures.threadId());
    List<String> forNone = List.copyOf(STATEMENTS);
    STATEMENTS.clear();
    Object notMine = asking.ask(stranger, theirs);

    assertThat(notMine).isEqualTo(none);
    assertThat(forNone).isNotEmpty();
    assertThat(STATEMENTS).containsExactlyElementsOf(forNone);
    assertThat(STORES.threads().find(owner.userId(), theirs))
        .hasValueSatisfying(thread -> assertThat(thread.title()).isEqualTo("Theirs"));
  }
}
