package life.avai.server.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.http.HttpResources.Answer;
import org.jspecify.annotations.Nullable;

/**
 * The chat page's files, and those of the libraries that it uses, from the class path. Each is read
 * once, when it is first asked for.
 *
 * <p>A library's address has its version in it and may be kept for ever; everything else is asked
 * for again, by its tag.
 *
 * <p>Safe for use by many threads at once; may block.
 */
final class PageFiles {
  private static final String ROOT = "/life/avai/server/page";

  /** What the page takes of its libraries; nothing else in those jars is served. */
  private static final Set<String> LIBRARY_FILES =
      Set.of(
          "marked/lib/marked.esm.js",
          "dompurify/dist/purify.es.mjs",
          "highlightjs/highlight.min.js");

  private static final Pattern LIBRARY_PATH = Pattern.compile("/lib/([a-z]+)/([0-9.]+)/([a-z./]+)");
  private static final Pattern PAGE_PATH =
      Pattern.compile("(?:/[a-z0-9][a-z0-9-]*){1,2}(?:\\.[a-z]+)+");

  /** What pages of other origins may import as well. */
  private static final Set<String> FOR_EVERYBODY = Set.of("/avai-client.js", "/avai-client.d.ts");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "ts", "text/plain; charset=utf-8");

  private final String contentSecurityPolicy;
  private final Map<String, Answer> read = new ConcurrentHashMap<>();

  PageFiles(PageConfig config) {
    this.contentSecurityPolicy = config.contentSecurityPolicy();
  }

  /**
   * The file at a path.
   *
   * @param tag what the asker has of it, as in {@code If-None-Match}; null for nothing
   * @return the file, or that it has not changed; empty when there is none
   */
  Optional<Answer> find(String path, @Nullable String tag) throws IOException {
    Answer file = read.get(path);
    if (file == null) {
      file = read(path);
      if (file == null) {
        return Optional.empty();
      }
      read.put(path, file);
    }
    return Optional.of(tag != null && isSame(tag, file) ? unchanged(file) : file);
  }

  private static boolean isSame(String tag, Answer file) {
    String own = file.headers().get("ETag");
    for (String each : tag.split(",", -1)) {
      String strong = each.strip().replaceFirst("^W/", "");
      if (strong.equals(own) || strong.equals("*")) {
        return true;
      }
    }
    return false;
  }

  private static Answer unchanged(Answer file) {
    return new Answer(
        HttpResponseStatus.NOT_MODIFIED, file.contentType(), new byte[0], file.headers());
  }

  private @Nullable Answer read(String path) throws IOException {
    Matcher library = LIBRARY_PATH.matcher(path);
    if (library.matches()) {
      String name = library.group(1);
      String file = library.group(3);
      return LIBRARY_FILES.contains(name + "/" + file)
          ? load(
              "/META-INF/resources/webjars/" + name + "/" + library.group(2) + "/" + file,
              Map.of("Cache-Control", "public, max-age=31536000, immutable"))
          : null;
    }
    if (!PAGE_PATH.matcher(path).matches()) {
      return null;
    }
    return load(
        ROOT + path,
        FOR_EVERYBODY.contains(path)
            ? Map.of("Cache-Control", "no-cache", "Access-Control-Allow-Origin", "*")
            : Map.of(
                "Cache-Control", "no-cache", "Content-Security-Policy", contentSecurityPolicy));
  }

  private static @Nullable Answer load(String resource, Map<String, String> more)
      throws IOException {
    String type = TYPES.get(resource.substring(resource.lastIndexOf('.') + 1));
    if (type == null) {
      return null;
    }
    try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        return null;
      }
      byte[] body = in.readAllBytes();
      Map<String, String> headers = new LinkedHashMap<>(more);
      headers.put("ETag", tagOf(body));
      return new Answer(HttpResponseStatus.OK, type, body, headers);
    }
  }

  private static String tagOf(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return '"' + HexFormat.of().formatHex(hash, 0, 12) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
