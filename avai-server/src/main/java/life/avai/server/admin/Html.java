package life.avai.server.admin;

/** Texts of others in a page. */
final class Html {
  private Html() {}

  /** As text or as the value of an attribute in double quotes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
