package life.avai.server.demo;

import static life.avai.server.demo.Rule.Severity.HIGH;
import static life.avai.server.demo.Rule.Severity.LOW;
import static life.avai.server.demo.Rule.Severity.MEDIUM;

import java.util.List;
import java.util.regex.Pattern;

/** The rules of the demo canister. CWE numbers are those of cwe.mitre.org. */
final class Rules {
  private static final String QUERY =
      "(?:select\\s.+\\sfrom|insert\\s+into|update\\s+\\S+\\s+set|delete\\s+from)\\b";

  static final List<Rule> ALL =
      List.of(
          rule(
              "sql-concatenation",
              "SQL built by concatenation",
              HIGH,
              89,
              "(?i)[\"'`].*" + QUERY + ".*[\"'`]\\s*(?:\\+|\\.\\s*\\$|%\\s*[\\w(]|\\.format\\()",
              "A value that holds a quote or a keyword becomes part of the statement, so whoever"
                  + " supplies it can read or change anything the program can.",
              "Use a prepared statement: `SELECT * FROM users WHERE id = ?` and bind the value."),
          rule(
              "sql-interpolation",
              "SQL built by interpolation",
              HIGH,
              89,
              "(?i)(?:f[\"'].*" + QUERY + ".*\\{|`.*" + QUERY + ".*\\$\\{)",
              "Interpolation pastes the value into the statement before the database sees it.",
              "Pass the value as a parameter of the query, not as a part of its text."),
          rule(
              "hard-coded-secret",
              "Secret in the source",
              HIGH,
              798,
              "(?i)\\b[\\w-]*(?:password|passwd|secret|api[_-]?key|token)[\\w-]*[\"']?\\s*[:=]\\s*[\"'][^\"'$\\s{}<>]{6,}[\"']",
              "Everybody who can read the source, its history or the built program has it.",
              "Read it from the environment or a secret store, and replace the one that was written here."),
          rule(
              "aws-key",
              "AWS access key in the source",
              HIGH,
              798,
              "\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b",
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
              "(?i)(?:getInstance\\(\\s*[\"'](?:MD5|SHA-?1)[\"']|hashlib\\.(?:md5|sha1)|createHash\\(\\s*[\"'](?:md5|sha1)|\\b(?:md5|sha1)\\s*\\()",
              "Collisions of MD5 and SHA-1 can be made, and passwords hashed with them are guessed by the billion a second.",
              "SHA-256 for fingerprints; Argon2id, scrypt or bcrypt for passwords."),
          rule(
              "weak-cipher",
              "Weak cipher or mode",
              HIGH,
              327,
              "(?i)[\"'](?:DES|DESede|RC4|RC2|Blowfish)(?:/|[\"'])|[\"']AES(?:/ECB[^\"']*)?[\"']|modes?\\.ECB|aes-\\d+-ecb",
              "ECB shows which blocks are equal, and DES and RC4 can be broken; Java's plain `AES` means ECB.",
              "`AES/GCM/NoPadding` with a fresh nonce for every message."),
          rule(
              "eval",
              "Code from data",
              HIGH,
              95,
              "(?<![\\w.])(?:eval|exec)\\s*\\(\\s*(?![\"'][^\"']*[\"']\\s*\\))|new\\s+Function\\s*\\(",
              "Text that is run as code can do all that the program can.",
              "Parse the data: `JSON.parse`, `ast.literal_eval`, or a table of allowed operations."),
          rule(
              "command-injection",
              "Shell command built from data",
              HIGH,
              78,
              "(?:Runtime\\.getRuntime\\(\\)\\.exec\\(.*\\+|os\\.system\\(.*(?:\\+|%|\\bf[\"']|format)|shell\\s*=\\s*True|child_process.*exec\\(|\\bexec\\w*\\(\\s*[`\"'].*(?:\\$\\{|[\"']\\s*\\+)|(?:shell_exec|passthru|system)\\s*\\(.*\\$)",
              "A semicolon or backtick in the value starts another command.",
              "Give the arguments as a list, without a shell: `ProcessBuilder`, `subprocess.run([...])`, `execFile`."),
          rule(
              "path-traversal",
              "Path built from data",
              HIGH,
              22,
              "(?i)(?:new\\s+File(?:InputStream|Reader)?\\(|Paths?\\.(?:get|of)\\(|\\bopen\\(|readFile(?:Sync)?\\(|sendFile\\(|file_get_contents\\(|include\\s*\\(?).*(?:\\+\\s*\\w|\\$_(?:GET|POST|REQUEST)|req(?:uest)?\\.(?:query|params|body|args|getParameter))",
              "`../` in the value leads out of the directory that was meant.",
              "Resolve and normalise the path, then check that it still starts with the directory."),
          rule(
              "unsafe-deserialisation",
              "Objects made from untrusted bytes",
              HIGH,
              502,
              "(?:new\\s+ObjectInputStream|\\.readObject\\(\\)|pickle\\.loads?\\(|cPickle|yaml\\.load\\((?!.*SafeLoader)|unserialize\\(|Marshal\\.load|XMLDecoder)",
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
              "(?:\\.(?:inner|outer)HTML\\s*\\+?=(?!=)\\s*(?![\"'`][^\"'`$]*[\"'`]\\s*;?\\s*$)|document\\.write(?:ln)?\\(|dangerouslySetInnerHTML|insertAdjacentHTML\\(|v-html=|\\|\\s*safe\\b|mark_safe\\(|echo\\s+\\$_(?:GET|POST|REQUEST))",
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
              "(?i)(?:sendRedirect|redirect)\\s*\\(\\s*(?:req(?:uest)?\\.|params|\\$_GET)",
              "A link to your site leads to somebody else's, which looks like yours.",
              "Redirect to paths of your own, chosen from a list."),
          rule(
              "cors-wildcard",
              "Every origin is let in",
              MEDIUM,
              942,
              "(?i)Access-Control-Allow-Origin[\"']?\\s*[:,=]\\s*[\"']\\*|allowedOrigins\\(\\s*[\"']\\*|origin\\s*:\\s*(?:true|[\"']\\*)",
              "Any page that a user visits can ask your API and read the answers.",
              "Name the origins of your own pages."),
          rule(
              "jwt-unverified",
              "Token read without checking it",
              HIGH,
              347,
              "(?i)(?:jwt\\.decode\\((?!.*verif)|verify_signature[\"']?\\s*:\\s*False|algorithms?[\"']?\\s*[:=]\\s*\\[?\\s*[\"']none)",
              "Anybody can write a token that says what they like.",
              "Verify the signature with a fixed algorithm, then issuer, audience and time."),
          rule(
              "ssrf",
              "Request to an address from outside",
              MEDIUM,
              918,
              "(?i)(?:requests\\.(?:get|post)|urlopen|fetch|axios(?:\\.get)?|http\\.Get)\\(\\s*(?:req(?:uest)?\\.|params|args|\\$_GET)",
              "The server can be made to ask services that only it can reach.",
              "Compare the host with a list of allowed ones, after resolving it."),
          rule(
              "debug-mode",
              "Debug mode",
              LOW,
              489,
              "(?i)(?:\\bdebug\\s*=\\s*True\\b|app\\.run\\(.*debug|display_errors[\"']?\\s*[,=]\\s*[\"']?(?:1|on))",
              "It shows internals to everybody, and some debuggers run code for them.",
              "Switch it by the environment, and leave it off in production."),
          rule(
              "world-writable",
              "Files that everybody may write",
              MEDIUM,
              732,
              "(?:chmod\\s+(?:-R\\s+)?0?777|chmod\\([^)]*0o?777|setWritable\\(\\s*true\\s*,\\s*false)",
              "Any user of the machine can put their own content there.",
              "`0640` for files and `0750` for directories, owned by the program's user."),
          rule(
              "prototype-pollution",
              "Keys from data on an object",
              MEDIUM,
              1321,
              "\\[\\s*[\"']__proto__[\"']\\s*\\]|\\.__proto__\\s*=",
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
    return new Rule(id, title, severity, cwe, Pattern.compile(pattern), why, mend);
  }
}
