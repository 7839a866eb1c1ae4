package life.avai.server.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.charset.Charset;
import java.util.Locale;
import life.avai.canister.connection.ResponseProperty;
import life.avai.server.websocket.SocketBytesProperty;

/** What reads other people's texts. Each has its corpus in a directory of its name. */
enum Target {
  CLIENT(UTF_8),
  CANISTER(UTF_8),
  RESPONSE(UTF_8),
  SOCKET(ISO_8859_1),
  TOKEN(UTF_8);

  /** How its inputs are bytes. */
  final Charset charset;

  Target(Charset charset) {
    this.charset = charset;
  }

  /** One of that name, in any case. */
  static Target named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  String directory() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What must hold; closed by whoever asks for it. */
  Property property() {
    return switch (this) {
      case CLIENT -> new ClientFrameProperty();
      case CANISTER -> new CanisterFrameProperty();
      case RESPONSE -> new ResponseProperty();
      case SOCKET -> new SocketBytesProperty();
      case TOKEN -> new TokenProperty();
    };
  }
}
