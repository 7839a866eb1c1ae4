package life.avai.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom PostgreSQL runs as: it refuses to be root.
 *
 * @param prefix what stands before a command to run it so
 * @param uid the owner that its files must have
 * @param mayGive whether we may change a file's owner
 */
record ServerAccount(List<String> prefix, int uid, boolean mayGive) {
  private static final int NOBODY = 65534;

  ServerAccount {
    prefix = List.copyOf(prefix);
  }

  /**
   * The account for this process: its own, or as root one without root's rights.
   *
   * @throws EmbeddedPostgresException if we are root and cannot run anything as somebody else
   */
  static ServerAccount choose() throws IOException, InterruptedException {
    int uid = CurrentUser.uid();
    if (uid != CurrentUser.ROOT) {
      return new ServerAccount(List.of(), uid, false);
    }
    for (ServerAccount account : List.of(namespace(), nobody())) {
      if (ChildProcesses.succeeds(account.command(List.of("true")))) {
        return account;
      }
    }
    throw new EmbeddedPostgresException(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv works here:"
            + " run as an ordinary user, or set DATABASE_URL to a PostgreSQL server");
  }

  /** A user namespace of its own: still the owner of root's files, but without root's power. */
  static ServerAccount namespace() {
    return new ServerAccount(List.of("unshare", "-U"), CurrentUser.ROOT, true);
  }

  /** The user nobody, for where namespaces are forbidden, as in most containers. */
  static ServerAccount nobody() {
    return new ServerAccount(
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"),
        NOBODY,
        true);
  }

  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return whole;
  }

  /**
   * Makes sure that files are its own; a run as somebody else may have left them to another.
   *
   * @throws EmbeddedPostgresException if they are not and we may not change it
   */
  void own(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS) || FileTree.owner(root) == uid) {
      return;
    }
    if (!mayGive) {
      throw new EmbeddedPostgresException(
          root + " belongs to another user: run as that user, or choose another directory");
    }
    FileTree.changeOwner(root, uid);
  }

  /**
   * Refuses a directory that it cannot enter, before PostgreSQL says so in a less clear way.
   *
   * @throws EmbeddedPostgresException if a directory on the way is closed to it
   */
  void requireReach(Path directory) throws InterruptedException {
    List<String> test = List.of("/bin/sh", "-c", "test -x \"$1\"", "sh", directory.toString());
    if (!ChildProcesses.succeeds(command(test))) {
      throw new EmbeddedPostgresException(
          "PostgreSQL runs as user number "
              + uid
              + ", who cannot enter "
              + directory
              + ": open the directories on the way (chmod a+x), choose another, or run as an"
              + " ordinary user");
    }
  }
}
