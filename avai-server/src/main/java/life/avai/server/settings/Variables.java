package life.avai.server.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Typed access to variables; an empty one counts as unset, and a wrong one is refused by name. */
final class Variables {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final int MAX_PORT = 65_535;

  private final Map<String, String> values;

  Variables(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  @Nullable String text(String name) {
    String value = values.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  String text(String name, String byDefault) {
    String value = text(name);
    return value == null ? byDefault : value;
  }

  boolean isSet(String name) {
    return text(name) != null;
  }

  int integer(String name, int byDefault, int min, int max) {
    String value = text(name);
    if (value == null) {
      return byDefault;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new ConfigurationException(name, "a whole number from " + min + " to " + max);
  }

  Duration duration(String name, Duration byDefault) {
    return isSet(name) ? duration(name, Duration.ofMillis(1), LONGEST) : byDefault;
  }

  /** A duration that may be none at all: {@code 0s}. */
  Duration durationOrNone(String name, Duration byDefault) {
    return isSet(name) ? duration(name, Duration.ZERO, LONGEST) : byDefault;
  }

  /** A duration, or null: {@code off}. */
  @Nullable Duration durationOrOff(String name, @Nullable Duration byDefault, Duration longest) {
    String value = text(name);
    if (value == null) {
      return byDefault;
    }
    return value.equalsIgnoreCase("off") ? null : duration(name, Duration.ofMillis(1), longest);
  }

  private Duration duration(String name, Duration shortest, Duration longest) {
    Matcher matcher = DURATION.matcher(text(name, ""));
    if (matcher.matches()) {
      long amount = Long.parseLong(matcher.group(1));
      Duration duration =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
          };
      if (duration.compareTo(shortest) >= 0 && duration.compareTo(longest) <= 0) {
        return duration;
      }
    }
    throw new ConfigurationException(
        name, "a duration such as 500ms, 30s, 10m or 2h, of at most " + longest.toDays() + "d");
  }

  /** A secret that is sent in a header, where not every character can stand. */
  @Nullable String headerText(String name) {
    String value = text(name);
    if (value != null && !value.matches("[!-~]+")) {
      throw new ConfigurationException(name, "visible ASCII characters without a space");
    }
    return value;
  }

  <E extends Enum<E>> E oneOf(String name, Class<E> type, E byDefault) {
    String value = text(name);
    if (value == null) {
      return byDefault;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    throw new ConfigurationException(
        name,
        "one of "
            + String.join(
                ", ",
                Arrays.stream(type.getEnumConstants())
                    .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                    .toList()));
  }

  List<String> list(String name) {
    String value = text(name);
    return value == null
        ? List.of()
        : Arrays.stream(value.split(",", -1)).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  /**
   * A URL with a host.
   *
   * @param schemes those that will do; none for any
   * @return with its scheme in lower case, as everybody compares it
   */
  URI uri(String name, String value, String... schemes) {
    try {
      URI uri = new URI(value);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if (uri.getHost() != null
          && !scheme.isEmpty()
          && uri.getPort() <= MAX_PORT
          && (schemes.length == 0 || List.of(schemes).contains(scheme))) {
        return new URI(scheme + value.substring(scheme.length()));
      }
    } catch (URISyntaxException e) {
      // Told below, without the value: it may hold a password.
    }
    throw new ConfigurationException(
        name,
        schemes.length == 0
            ? "a URL with a host"
            : "a URL that begins with " + String.join(":// or ", schemes) + "://");
  }

  /** All that are set and whose names begin so. */
  Map<String, String> startingWith(String prefix) {
    Map<String, String> found = new HashMap<>();
    for (String name : values.keySet()) {
      String value = text(name);
      if (name.startsWith(prefix) && value != null) {
        found.put(name, value);
      }
    }
    return found;
  }

  @Nullable Path path(String name) {
    String value = text(name);
    try {
      return value == null ? null : Path.of(value);
    } catch (InvalidPathException e) {
      throw new ConfigurationException(name, "a path of this system");
    }
  }

  Path path(String name, String byDefault) {
    Path path = path(name);
    return path == null ? Path.of(byDefault) : path;
  }
}
