package life.avai.server.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a database's address as hosting platforms show it, or as a JDBC URL. */
final class DatabaseUrl {
  private static final int POOLER_PORT = 6543;
  private static final int MAX_PORT = 65_535;
  private static final String HOST = "([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{1,5})?";
  private static final String HOSTS = HOST + "(," + HOST + ")*";
  private static final List<String> SSL_MODES =
      List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  /** What libpq and other clients know, and pgjdbc does not or must not see. */
  private static final Set<String> NOT_FOR_JDBC =
      Set.of(
          "channel_binding",
          "pgbouncer",
          "connection_limit",
          "pool_timeout",
          "schema",
          "supa",
          "connect_timeout",
          "user",
          "password");

  private DatabaseUrl() {}

  static DatabaseSettings.External parse(String variable, String url) {
    String plain = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
    if (!plain.startsWith("postgresql://") && !plain.startsWith("postgres://")) {
      throw new ConfigurationException(
          variable, "postgresql://user:password@host:port/database, or a JDBC URL");
    }
    URI uri;
    try {
      uri = new URI(plain);
    } catch (URISyntaxException e) {
      throw new ConfigurationException(
          variable, "a URL; are special characters in the password written as %..?");
    }
    String authority = uri.getRawAuthority();
    if (authority == null) {
      throw new ConfigurationException(variable, "a host");
    }
    checkNothingWasCutOff(variable, uri);
    int at = authority.lastIndexOf('@');
    String host = authority.substring(at + 1);
    String[] login = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
    if (!host.matches(HOSTS) || uri.getPort() > MAX_PORT) {
      throw new ConfigurationException(variable, "a host, and a port that is a number");
    }
    Query query = Query.parse(uri.getRawQuery());
    String sslMode = query.first("sslmode");
    if (!sslMode.isEmpty() && !SSL_MODES.contains(sslMode)) {
      throw new ConfigurationException(variable, "sslmode to be one of " + SSL_MODES);
    }
    String user = login.length > 0 ? decode(login[0]) : query.first("user");
    String password = login.length > 1 ? decode(login[1]) : query.first("password");
    String database =
        uri.getRawPath() == null || uri.getRawPath().length() < 2 ? "/postgres" : uri.getRawPath();
    boolean pooled =
        uri.getPort() == POOLER_PORT
            || query.first("pgbouncer").equals("true")
            || query.first("prepareThreshold").equals("0");
    return new DatabaseSettings.External(
        "jdbc:postgresql://" + host + database + query.without(NOT_FOR_JDBC),
        user.isEmpty() ? "postgres" : user,
        password,
        pooled);
  }

  /** What a raw #, / or ? in a password does to a URL must not end up as a host in a log. */
  private static void checkNothingWasCutOff(String variable, URI uri) {
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    if (uri.getRawFragment() != null
        || path.indexOf('/', 1) > 0
        || path.contains("@")
        || (query.contains("@") && uri.getRawAuthority().indexOf('@') < 0)) {
      throw new ConfigurationException(
          variable, "a URL; are special characters in the password written as %..?");
    }
  }

  /** Of a Supabase project, the direct address. */
  static DatabaseSettings.External supabase(String host, String password) {
    String reference = host.toLowerCase(Locale.ROOT).split("\\.", 2)[0];
    return new DatabaseSettings.External(
        "jdbc:postgresql://db." + reference + ".supabase.co:5432/postgres?sslmode=require",
        "postgres",
        password,
        false);
  }

  private static String decode(String text) {
    // A plus stands for itself in this part of a URL.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private record Query(List<String[]> parameters) {
    static Query parse(@Nullable String raw) {
      List<String[]> parameters = new ArrayList<>();
      if (raw != null && !raw.isEmpty()) {
        for (String pair : raw.split("&", -1)) {
          String[] parts = pair.split("=", 2);
          parameters.add(new String[] {decode(parts[0]), parts.length > 1 ? decode(parts[1]) : ""});
        }
      }
      return new Query(parameters);
    }

    String first(String name) {
      for (String[] parameter : parameters) {
        if (parameter[0].equals(name)) {
          return parameter[1];
        }
      }
      return "";
    }

    String without(Set<String> names) {
      StringBuilder kept = new StringBuilder();
      for (String[] parameter : parameters) {
        if (!names.contains(parameter[0])) {
          kept.append(kept.isEmpty() ? '?' : '&')
              .append(URLEncoder.encode(parameter[0], StandardCharsets.UTF_8))
              .append('=')
              .append(URLEncoder.encode(parameter[1], StandardCharsets.UTF_8));
        }
      }
      return kept.toString();
    }
  }
}
