package life.avai.persistence.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.ReentrantLock;
import org.tukaani.xz.XZInputStream;

/** The compressed programs of PostgreSQL for this machine, as they lie on the class path. */
final class BinariesArchive {
  /** File locks are the process's, not the thread's: threads take turns first. */
  private static final ReentrantLock UNPACKING = new ReentrantLock();

  private final URL resource;
  private final String directoryName;

  private BinariesArchive(URL resource, String directoryName) {
    this.resource = resource;
    this.directoryName = directoryName;
  }

  /**
   * Finds the archive for a platform.
   *
   * @throws EmbeddedPostgresException if the class path has none for it
   */
  static BinariesArchive of(Platform platform) throws IOException {
    String name = platform.archive();
    URL resource = BinariesArchive.class.getClassLoader().getResource(name);
    if (resource == null) {
      throw Platform.unsupported("this machine (no " + name + " on the class path)");
    }
    return new BinariesArchive(resource, name.replace(".txz", "") + "-" + fingerprint(resource));
  }

  /** Differs between builds; taken from the jar's index, since reading 15 MB takes a while. */
  private static String fingerprint(URL resource) throws IOException {
    URLConnection connection = resource.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Long.toHexString(jar.getJarEntry().getCrc());
    }
    return Long.toHexString(connection.getContentLengthLong());
  }

  /**
   * Unpacks it, unless that has been done. Processes may do this at the same time; one that is
   * killed on the way leaves nothing that another would take for the whole.
   *
   * @param parent the directory that holds one directory for each build
   */
  Binaries unpackInto(Path parent) throws IOException {
    Files.createDirectories(
        parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    CurrentUser.requireSafe(parent);
    Path directory = parent.resolve(directoryName);
    Path seal = parent.resolve(directoryName + ".contents");
    if (!isWhole(directory, seal)) {
      UNPACKING.lock();
      try (FileChannel file =
              FileChannel.open(
                  parent.resolve(directoryName + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var lock = file.lock()) {
        if (lock.isValid() && !isWhole(directory, seal)) {
          unpack(directory, seal);
        }
      } finally {
        UNPACKING.unlock();
      }
    }
    return new Binaries(directory);
  }

  private void unpack(Path directory, Path seal) throws IOException {
    Path partial = directory.resolveSibling(directoryName + ".partial");
    FileTree.delete(partial);
    Files.createDirectory(partial);
    try (InputStream compressed = resource.openStream();
        InputStream tar = new XZInputStream(compressed)) {
      new TarReader(tar, partial).unpack();
    }
    Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
    FileTree.delete(directory);
    Path newSeal = seal.resolveSibling(seal.getFileName() + ".partial");
    Files.writeString(newSeal, TreeSize.of(partial).toString());
    Files.move(newSeal, seal, StandardCopyOption.ATOMIC_MOVE);
    Files.move(partial, directory, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Whether all is there. The files are counted at every start (10 ms), for cleaners of temporary
   * directories take single old files, and a power cut leaves empty ones.
   */
  private static boolean isWhole(Path directory, Path seal) throws IOException {
    try {
      return Files.readString(seal).equals(TreeSize.of(directory).toString());
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
