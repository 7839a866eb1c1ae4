package life.avai.server.doctor;

import static life.avai.server.doctor.Finding.note;
import static life.avai.server.doctor.Finding.ok;
import static life.avai.server.doctor.Finding.wrong;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import life.avai.server.settings.ServerSettings;

/** This machine: ports, files, certificate, and how many sockets there may be. */
final class HostExamination implements Examination {
  private static final Duration SOON = Duration.ofDays(14);

  /** What the JVM, the database and canisters need beside the clients. */
  private static final int OTHER_FILES = 256;

  private final ServerSettings settings;
  private final InstantSource clock;
  private final List<Finding> found = new ArrayList<>();

  HostExamination(ServerSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public List<Finding> look() {
    found.add(
        settings.production()
            ? ok("mode", "production")
            : note("mode", "development", "set AVAI_ENV=production where strangers come"));
    port("PORT", settings.port());
    if (settings.metricsPort() != 0) {
      port("AVAI_METRICS_PORT", settings.metricsPort());
    }
    if (settings.tlsCertificate() != null) {
      certificate(settings.tlsCertificate());
    }
    if (settings.systemPromptFile() != null && !Files.isReadable(settings.systemPromptFile())) {
      found.add(
          wrong(
              "prompt",
              settings.systemPromptFile() + " cannot be read",
              "correct AVAI_SYSTEM_PROMPT_FILE, or let the server's user read it"));
    }
    files();
    return found;
  }

  private void port(String variable, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), port));
      found.add(ok("port", variable + ": " + socket.getLocalPort() + " is free"));
    } catch (UnknownHostException e) {
      found.add(
          wrong(
              "port",
              settings.host() + " is no address of this machine",
              "set AVAI_HOST to 0.0.0.0, or to one that ip addr shows"));
    } catch (IOException e) {
      found.add(
          wrong(
              "port",
              variable + ": " + port + " cannot be listened on",
              port < 1024
                  ? "ports below 1024 are for root: set another, and let a proxy listen on this"
                  : "something listens there, perhaps the server itself: stop it, or set another"));
    }
  }

  private void certificate(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      Instant ends = certificate.getNotAfter().toInstant();
      Instant now = clock.instant();
      String text = "the certificate in " + file + " ends at " + ends;
      found.add(
          ends.isBefore(now)
              ? wrong("tls", text, "renew it")
              : ends.isBefore(now.plus(SOON)) ? note("tls", text, "renew it") : ok("tls", text));
    } catch (IOException | CertificateException e) {
      found.add(
          wrong(
              "tls",
              file + " holds no certificate that can be read",
              "AVAI_TLS_CERT wants PEM, the server's certificate first"));
    }
  }

  private void files() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      long limit = system.getMaxFileDescriptorCount();
      long wanted = (long) settings.maxConnections() + settings.databasePoolSize() + OTHER_FILES;
      String text = limit + " files and sockets may be open";
      found.add(
          limit >= wanted
              ? ok("files", text)
              : note(
                  "files",
                  text + ", which is less than AVAI_MAX_CONNECTIONS=" + settings.maxConnections(),
                  "raise it (ulimit -n, LimitNOFILE), or lower AVAI_MAX_CONNECTIONS"));
    }
  }
}
