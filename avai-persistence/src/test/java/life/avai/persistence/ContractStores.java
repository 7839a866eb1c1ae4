package life.avai.persistence;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import life.avai.domain.conversation.ConversationStore;
import life.avai.domain.identity.UserRepository;
import life.avai.domain.message.MessageRepository;
import life.avai.domain.privacy.ExportLinks;
import life.avai.domain.privacy.PersonalData;
import life.avai.domain.thread.ThreadRepository;
import life.avai.testkit.contract.Stores;

/** One database for all the contracts, emptied for each test. */
final class ContractStores implements Stores {
  private static final int CONTEXT_MESSAGES = 6;

  private static final class Holder {
    static final String URL = TestPostgres.freshDatabase();
    static final PostgresStores STORES = open();

    private static PostgresStores open() {
      PostgresSettings defaults =
          PostgresSettings.of(URL, TestPostgres.server().user(), TestPostgres.server().password());
      PostgresStores stores =
          new PostgresStores(
              new PostgresSettings(
                  URL,
                  defaults.user(),
                  defaults.password(),
                  defaults.poolSize(),
                  defaults.schema(),
                  defaults.preparedStatements(),
                  CONTEXT_MESSAGES,
                  defaults.contextCacheCharacters()));
      stores.migrate();
      return stores;
    }
  }

  static Stores fresh() {
    PostgresStores stores = Holder.STORES;
    assert stores != null;
    try (Connection connection =
            DriverManager.getConnection(
                Holder.URL, TestPostgres.server().user(), TestPostgres.server().password());
        Statement statement = connection.createStatement()) {
      statement.execute("truncate users cascade");
    } catch (SQLException e) {
      throw new AssertionError("the database could not be emptied", e);
    }
    return new ContractStores();
  }

  @Override
  public ConversationStore conversations() {
    return Holder.STORES.conversations();
  }

  @Override
  public MessageRepository messages() {
    return Holder.STORES.messages();
  }

  @Override
  public ThreadRepository threads() {
    return Holder.STORES.threads();
  }

  @Override
  public UserRepository users() {
    return Holder.STORES.users();
  }

  @Override
  public PersonalData personalData() {
    return Holder.STORES.personalData();
  }

  @Override
  public ExportLinks exportLinks() {
    return Holder.STORES.exportLinks();
  }

  @Override
  public int contextMessages() {
    return CONTEXT_MESSAGES;
  }
}
