package life.avai.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import life.avai.server.settings.ConfigurationException;

/**
 * The server's certificate and its key, from PEM files, which may be replaced while it runs: new
 * connections get the new one, and those that are open stay as they are.
 *
 * <p>Files that cannot be used change nothing: the certificate before them is kept, and a warning
 * says so, once for each attempt. Safe for use by many threads at once.
 */
final class Certificate {
  private static final System.Logger LOG = System.getLogger(Certificate.class.getName());
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final String FOREIGN_KEY = "the key is not that of the certificate";
  private static final Duration SOON = Duration.ofDays(7);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

  private final Path certificateFile;
  private final Path keyFile;
  private volatile Loaded current;
  private volatile boolean refused;
  private Pem seen; // Guarded by this, like the next.
  private boolean seenFits = true;

  /** What is used. */
  private record Loaded(SslContext context, Instant end) {}

  /** What is in the two files. */
  private record Pem(String chain, String key) {}

  /**
   * Reads the files.
   *
   * @throws ConfigurationException when they are no certificate with its key
   */
  Certificate(Path certificateFile, Path keyFile) {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
    try {
      seen = read();
      current = load(seen);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new ConfigurationException(
          "AVAI_TLS_CERT",
          "a certificate, and its key as PKCS #8 (BEGIN PRIVATE KEY), in PEM files");
    }
  }

  /** What the next connection is secured with. */
  SslContext current() {
    return current.context();
  }

  /** When it is no longer valid. */
  Instant end() {
    return current.end();
  }

  /** Whether what is in the files cannot be used, so that the certificate before it is. */
  boolean isRefused() {
    return refused;
  }

  /** Looks again and again whether there is something else in the files. */
  void watch(ScheduledExecutorService timer) {
    var unused =
        timer.scheduleWithFixedDelay(
            this::reload,
            BETWEEN_LOOKS.toMillis(),
            BETWEEN_LOOKS.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Takes the files anew if there is something else in them. Reads files, so it may block. */
  synchronized void reload() {
    try {
      Pem now = read();
      if (now.equals(seen)) {
        refused = !seenFits;
        return;
      }
      seen = now;
      seenFits = false;
      current = load(now);
      seenFits = true;
      refused = false;
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      refused = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the new TLS certificate cannot be used, the one before is kept: {0}",
          reason(e));
    }
  }

  private static String reason(Exception failure) {
    return switch (failure) {
      case CertificateException e -> String.valueOf(e.getMessage());
      // It is one for another algorithm.
      case InvalidKeySpecException ignored -> FOREIGN_KEY;
      case NoSuchFileException e -> e.getFile() + " is not there";
      default -> failure.toString();
    };
  }

  private Pem read() throws IOException {
    return new Pem(
        Files.readString(certificateFile, US_ASCII), Files.readString(keyFile, US_ASCII));
  }

  private static Loaded load(Pem pem) throws IOException, GeneralSecurityException {
    X509Certificate[] chain =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem.chain().getBytes(US_ASCII)))
            .toArray(X509Certificate[]::new);
    if (chain.length == 0) {
      throw new CertificateException("there is no certificate in the file");
    }
    X509Certificate own = chain[0];
    PrivateKey key = key(pem.key(), own.getPublicKey().getAlgorithm());
    if (!belongTogether(key, own.getPublicKey())) {
      // Two files are replaced one after the other: in between they do not fit.
      throw new CertificateException(FOREIGN_KEY);
    }
    SslContext context =
        SslContextBuilder.forServer(key, chain)
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .build();
    Instant end = own.getNotAfter().toInstant();
    LOG.log(
        end.isBefore(Instant.now().plus(SOON))
            ? System.Logger.Level.WARNING
            : System.Logger.Level.INFO,
        "TLS certificate of {0}, valid until {1}",
        own.getSubjectX500Principal(),
        end);
    return new Loaded(context, end);
  }

  private static PrivateKey key(String pem, String algorithm) throws GeneralSecurityException {
    Matcher matcher = KEY.matcher(pem);
    if (!matcher.find()) {
      throw new CertificateException("there is no key in PKCS #8 in the file");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(1));
    return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static boolean belongTogether(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    byte[] probe = "whose is it?".getBytes(US_ASCII);
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> certified.getAlgorithm();
        };
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(key);
    signing.update(probe);
    byte[] signature = signing.sign();
    Signature checking = Signature.getInstance(algorithm);
    checking.initVerify(certified);
    checking.update(probe);
    return checking.verify(signature);
  }
}
