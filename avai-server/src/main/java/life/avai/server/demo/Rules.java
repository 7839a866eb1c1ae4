package life.avai.server.demo;

import static life.avai.server.demo.Rule.Severity.HIGH;
import static life.avai.server.demo.Rule.Severity.LOW;
import static life.avai.server.demo.Rule.Severity.MEDIUM;

import java.util.List;
import java.util.regex.Pattern;

/** The rules of the demo canister. CWE numbers are those of cwe.mitre.org. */
final class Rules {
  /** The rest of a literal that the first group's quote began. */
  private static final String REST = "(?:(?!\\1).)*";

  /** The beginning of a statement in a literal. Capitalised words are prose, not SQL. */
  private static final String QUERY =
      "\\s*(?:\\(\\s*|(?:with|WITH)\\b"
          + REST
          + "?|(?:explain|EXPLAIN)\\s+)?(?:(?:select|SELECT)\\s"
          + REST
          + "\\s(?:from|FROM)|(?:insert|INSERT)\\s+(?:into|INTO)|(?:update|UPDATE)\\s+\\S+\\s+(?:set|SET)|(?:delete|DELETE)\\s+(?:from|FROM))\\b";

  private static final String CONCATENATED =
      "([\"'`])"
          + QUERY
          + REST
          + "\\1(?:\\1\\1)?\\s*(?:\\+(?!\\+)|\\.\\s*\\$|%\\s*[\\w(]|\\.(?:format|formatted|concat)\\(|\\|\\|\\s*\\w|\\)\\s*\\.append\\()"
          + "|(?:String\\.format|[Ss]printf)\\(\\s*([\"'`])"
          + QUERY.replace("\\1", "\\2")
          + REST.replace("\\1", "\\2")
          + "%[sdvq]"
          + "|[\"']\\s*(?:select|SELECT)\\s[^\"']*[\"']\\s*\\+.*\\b(?:from|FROM)\\b";

  /** A tagged template such as {@code sql`...`} binds its values and is none. */
  private static final String INTERPOLATED =
      "(?:\\b[fF]|\\$@?)([\"'])(?:\\1\\1)?"
          + QUERY
          + REST
          + "\\{"
          + "|(?<!\\w)([\"`])(?:\\2\\2)?"
          + QUERY.replace("\\1", "\\2")
          + REST.replace("\\1", "\\2")
          + "(?:[$#]\\{|\\$[a-zA-Z_])";

  static final List<Rule> ALL =
      List.of(
          rule(
              "sql-concatenation",
              "SQL built by concatenation",
              HIGH,
              89,
              CONCATENATED,
              "A value that holds a quote or a keyword becomes part of the statement, so whoever"
                  + " supplies it can read or change anything the program can.",
              "Use a prepared statement: `SELECT * FROM users WHERE id = ?` and bind the value."),
          rule(
              "sql-interpolation",
              "SQL built by interpolation",
              HIGH,
              89,
              INTERPOLATED,
              "Interpolation pastes the value into the statement before the database sees it.",
              "Pass the value as a parameter of the query, not as a part of its text."),
          rule(
              "hard-coded-secret",
              "Secret in the source",
              HIGH,
              798,
              "(?i)\\b[\\w-]*(?:password|passwd|pwd|secret|api[_-]?key|(?:secret|access|private)[_-]?key|token)\\d*[\"']?\\s*(?::=|[:=])\\s*[\"'](?!https?:|(?:your|example|placeholder|required|bearer|password|passwd|secret|token|api[_-]?key)\\b|[x*.]+[\"'])[^\"'$\\s{}<>]{6,}[\"']|\\bset(?:Password|Secret|ApiKey|Token)\\(\\s*[\"'][^\"'$\\s{}<>]{6,}[\"']",
              "Everybody who can read the source, its history or the built program has it.",
              "Read it from the environment or a secret store, and replace the one that was written here."),
          rule(
              "aws-key",
              "AWS access key in the source",
              HIGH,
              798,
              "\\b(?:AKIA|ASIA)(?![0-9A-Z]*EXAMPLE)[0-9A-Z]{16}\\b",
              "Keys of this form are found by robots within minutes of being published.",
              "Revoke it, and give the program a role instead of a key."),
          rule(
              "private-key",
              "Private key in the source",
              HIGH,
              321,
              "-----BEGIN (?:RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----",
              "Whoever has the file can pose as its owner.",
              "Keep it out of the repository, in a file or store with its own permissions; make a new one."),
          rule(
              "weak-hash",
              "Weak hash",
              MEDIUM,
              328,
              "(?i)(?:getInstance\\(\\s*[\"'](?:MD5|SHA-?1)[\"']|hashlib\\.(?:md5|sha1)(?![^;]*usedforsecurity\\s*=\\s*False)|createHash\\(\\s*[\"'](?:md5|sha1)[\"']|\\b(?:md5|sha1)\\.(?:New|Sum|Create)|Digest::(?:MD5|SHA1)\\b|(?<![\\w.])(?<!def )(?<!function )(?:md5|sha1)\\s*\\()",
              "Collisions of MD5 and SHA-1 can be made, and passwords hashed with them are guessed by the billion a second.",
              "SHA-256 for fingerprints; Argon2id, scrypt or bcrypt for passwords."),
          rule(
              "weak-cipher",
              "Weak cipher or mode",
              HIGH,
              327,
              "(?i)(?:(?:getInstance|create(?:Dec|C)ipher(?:iv)?|SecretKeySpec)\\([^;]*[\"'](?:DES(?:ede)?|RC4|ARCFOUR|RC2|Blowfish|des-[\\w-]+|rc4[\\w-]*)(?:/[^\"']*)?[\"']|Cipher\\.getInstance\\(\\s*[\"']AES[\"']|[\"']AES/ECB|\\bMODE_ECB\\b|\\bmodes?\\.ECB\\b|[\"']aes-\\d+-ecb|\\b(?:DES3?|ARC4|Blowfish)\\.new\\()",
              "ECB shows which blocks are equal, and DES and RC4 can be broken; Java's plain `AES` means ECB.",
              "`AES/GCM/NoPadding` with a fresh nonce for every message."),
          rule(
              "eval",
              "Code from data",
              HIGH,
              95,
              "(?<!def )(?<!function )(?<!void )(?<![\\w.$])(?:(?:window|globalThis)\\.)?(?:eval|exec)\\s*\\(\\s*(?!\\)|[\"'][^\"']*[\"']\\s*\\))|new\\s+Function\\s*\\(",
              "Text that is run as code can do all that the program can.",
              "Parse the data: `JSON.parse`, `ast.literal_eval`, or a table of allowed operations."),
          rule(
              "command-injection",
              "Shell command built from data",
              HIGH,
              78,
              "Runtime\\.getRuntime\\(\\)\\.exec\\([^;]*(?:[\"']\\s*\\+|\\+\\s*[\"'])|os\\.(?:system|popen)\\([^;]*(?:[\"']\\s*\\+|\\+\\s*[\"']|[\"']\\s*%\\s|\\bf[\"']|\\.format\\()|(?:run|call|Popen|check_output|check_call)\\(\\s*(?![\"'][^\"']*[\"']\\s*,)[^;]*shell\\s*=\\s*True|child_process[^;]*\\.exec(?:Sync)?\\(\\s*(?![\"'][^\"']*[\"']\\s*[,)])|\\bexec(?:Sync)?\\(\\s*(?:`[^`]*\\$\\{|[\"'][^\"']*[\"']\\s*\\+)|(?<![\\w.])(?:shell_exec|passthru|system|popen|proc_open)\\([^;]*\\$\\w|[\"'](?:/bin/)?(?:ba)?sh[\"']\\s*,\\s*[\"']-c[\"']\\s*,\\s*(?![\"'][^\"']*[\"']\\s*[,)}\\]])",
              "A semicolon or backtick in the value starts another command.",
              "Give the arguments as a list, without a shell: `ProcessBuilder`, `subprocess.run([...])`, `execFile`."),
          rule(
              "path-traversal",
              "Path built from data",
              HIGH,
              22,
              "(?:new\\s+File(?:InputStream|Reader|Writer|OutputStream)?\\(|Paths?\\.(?:get|of)\\(|(?<![\\w.])open\\(|readFile(?:Sync)?\\(|sendFile\\(|file_get_contents\\(|\\binclude(?:_once)?\\s*[(\"'$]|path\\.join\\()(?:[^;)]*\\+\\s*(?![\"'])[a-zA-Z_]\\w*|[^;]*(?:getParameter\\(|\\breq(?:uest)?\\.(?:query|params|body|args|form|files)\\b|\\$_(?:GET|POST|REQUEST))|\\s*f[\"'][^\"']*\\{|\\s*`[^`]*\\$\\{)",
              "`../` in the value leads out of the directory that was meant.",
              "Resolve and normalise the path, then check that it still starts with the directory."),
          rule(
              "unsafe-deserialisation",
              "Objects made from untrusted bytes",
              HIGH,
              502,
              "new\\s+ObjectInputStream\\(|\\bc?[pP]ickle\\.loads?\\(|yaml\\.load\\((?![^;]*SafeLoader)|(?<![\\w.])unserialize\\((?![^;]*allowed_classes)|Marshal\\.load|new\\s+XMLDecoder\\(|new\\s+BinaryFormatter\\(",
              "While they are read, objects run code, and the sender chooses which.",
              "Use a data format such as JSON; `yaml.safe_load`; an object input filter where there is no other way."),
          rule(
              "tls-disabled",
              "TLS checks switched off",
              HIGH,
              295,
              "(?i)(?:verify\\s*=\\s*False|rejectUnauthorized\\s*:\\s*false|NODE_TLS_REJECT_UNAUTHORIZED|InsecureSkipVerify\\s*:\\s*true|ALLOW_ALL_HOSTNAME|NoopHostnameVerifier|TrustAll\\w*|checkServerTrusted\\s*\\([^)]*\\)\\s*\\{\\s*\\}|CURLOPT_SSL_VERIFY\\w+\\s*,\\s*(?:0|false)|curl\\s.*(?:-k\\b|--insecure))",
              "Anybody on the way can pose as the server, and read and change everything.",
              "Leave verification on; add your own authority to the trust store if you have one."),
          rule(
              "xss-sink",
              "Markup made from data",
              HIGH,
              79,
              "\\.(?:inner|outer)HTML\\s*\\+?=(?!=)(?!\\s*DOMPurify\\.|\\s*[\"'][^\"']*[\"']\\s*;?\\s*$|\\s*`[^`$]*`\\s*;?\\s*$)|document\\.write(?:ln)?\\((?!\\s*[\"'][^\"']*[\"']\\s*\\))|dangerouslySetInnerHTML(?![^;]*DOMPurify)|insertAdjacentHTML\\(\\s*[\"']\\w+[\"']\\s*,(?!\\s*DOMPurify\\.|\\s*[\"'][^\"']*[\"']\\s*\\))|v-html=|\\|\\s*safe\\b|mark_safe\\(",
              "A value with a tag in it becomes part of the page, and its script runs as the user.",
              "Set `textContent`, let the template escape, or sanitise with a library made for it."),
          rule(
              "insecure-random",
              "Predictable random numbers",
              MEDIUM,
              338,
              "(?:Math\\.random\\(\\)|new\\s+Random\\(|\\brandom\\.(?:random|randint|choice)\\(|\\bmt_rand\\()",
              "The next number can be computed from a few earlier ones, which matters for tokens and passwords.",
              "`SecureRandom`, `secrets`, `crypto.randomBytes` or `crypto.getRandomValues`."),
          rule(
              "xxe",
              "XML with external entities",
              MEDIUM,
              611,
              "(?:DocumentBuilderFactory\\.newInstance\\(\\)|SAXParserFactory\\.newInstance\\(\\)|XMLInputFactory\\.newInstance\\(\\)|etree\\.parse\\(|simplexml_load_(?:string|file)\\()",
              "By default such parsers may fetch files and addresses that the document names.",
              "Switch off DTDs: `setFeature(\"http://apache.org/xml/features/disallow-doctype-decl\", true)`, or `defusedxml`."),
          rule(
              "open-redirect",
              "Redirect to an address from the request",
              MEDIUM,
              601,
              "(?i)(?:sendRedirect|redirect)\\s*\\(\\s*(?:\\d+\\s*,\\s*)?(?:req(?:uest)?[.\\[](?!getContextPath|baseUrl|path\\b)|params[.\\[]|\\$_GET)|header\\(\\s*[\"']Location:\\s*[\"']\\s*\\.\\s*\\$_",
              "A link to your site leads to somebody else's, which looks like yours.",
              "Redirect to paths of your own, chosen from a list."),
          rule(
              "cors-wildcard",
              "Every origin is let in",
              MEDIUM,
              942,
              "(?i)Access-Control-Allow-Origin[\"']?\\s*[:,=]?\\s*[\"']?\\*|allowedOrigins\\(\\s*[\"']\\*|@CrossOrigin\\(\\s*(?:origins\\s*=\\s*)?[\"']\\*|(?<![\\w-])origin\\s*:\\s*(?:true\\b|[\"']\\*)",
              "Any page that a user visits can ask your API and read the answers.",
              "Name the origins of your own pages."),
          rule(
              "jwt-unverified",
              "Token read without checking it",
              HIGH,
              347,
              "(?i)\\bjwt\\.decode\\((?![^;]*(?:algorithms?\\b|verif))|jwt\\.decode\\([^;]*verify\\s*=\\s*False|verify_signature[\"']?\\s*:\\s*False|\\balgorithms?[\"']?\\s*[:=]\\s*\\[?\\s*[\"']none",
              "Anybody can write a token that says what they like.",
              "Verify the signature with a fixed algorithm, then issuer, audience and time."),
          rule(
              "ssrf",
              "Request to an address from outside",
              MEDIUM,
              918,
              "(?i)(?:requests\\.(?:get|post|put|head)|\\burlopen|\\bfetch|\\baxios(?:\\.(?:get|post))?|http\\.Get)\\(\\s*(?:req(?:uest)?\\.(?:query|params|body|args|form|get)|(?:params|args)[.\\[]|\\$_GET)|new\\s+URL\\(\\s*request\\.getParameter",
              "The server can be made to ask services that only it can reach.",
              "Compare the host with a list of allowed ones, after resolving it."),
          rule(
              "debug-mode",
              "Debug mode",
              LOW,
              489,
              "(?i)\\bdebug\\s*=\\s*True\\b|display_errors[\"']?\\s*[,=]\\s*[\"']?(?:1|on)\\b",
              "It shows internals to everybody, and some debuggers run code for them.",
              "Switch it by the environment, and leave it off in production."),
          rule(
              "world-writable",
              "Files that everybody may write",
              MEDIUM,
              732,
              "chmod\\s+(?:-R\\s+)?(?:0?(?:777|666)\\b|(?:a|o|ugo|go)\\+\\w*w)|chmod\\([^)]*\\b0o?(?:777|666)\\b|setWritable\\(\\s*true\\s*,\\s*false",
              "Any user of the machine can put their own content there.",
              "`0640` for files and `0750` for directories, owned by the program's user."),
          rule(
              "prototype-pollution",
              "Keys from data on an object",
              MEDIUM,
              1321,
              "\\[\\s*[\"']__proto__[\"']\\s*\\]|\\.__proto__\\s*=(?!=)",
              "Changing the prototype changes every object of the program.",
              "Use a `Map`, or `Object.create(null)`, and refuse `__proto__`, `constructor`, `prototype`."));

  private Rules() {}

  private static Rule rule(
      String id,
      String title,
      Rule.Severity severity,
      int cwe,
      String pattern,
      String why,
      String mend) {
    Pattern unless =
        id.equals("xxe")
            ? Pattern.compile(
                "disallow-doctype-decl|FEATURE_SECURE_PROCESSING|SUPPORT_DTD|ACCESS_EXTERNAL_DTD|defusedxml|resolve_entities\\s*=\\s*False")
            : null;
    return new Rule(id, title, severity, cwe, Pattern.compile(pattern), unless, why, mend);
  }
}
