package life.avai.server;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import life.avai.canister.Backoff;
import life.avai.canister.CanisterAssistant;
import life.avai.canister.CanisterCalls;
import life.avai.canister.CanisterSettings;
import life.avai.canister.CanisterTimeouts;
import life.avai.canister.CircuitSettings;
import life.avai.canister.InboundBudget;
import life.avai.domain.assistant.Assistant;
import life.avai.domain.conversation.SystemPrompt;
import life.avai.domain.identity.Authenticate.AnonymousPolicy;
import life.avai.domain.identity.CredentialVerifier;
import life.avai.server.auth.ClerkCredentialVerifier;
import life.avai.server.auth.ClerkKeys;
import life.avai.server.http.Newcomers;
import life.avai.server.http.PageConfig;
import life.avai.server.settings.CanisterAddresses;
import life.avai.server.settings.ConfigurationException;
import life.avai.server.settings.IdentitySettings;
import life.avai.server.settings.ServerSettings;
import org.jspecify.annotations.Nullable;

/** Parts of a server that need nothing but its settings; each tells of a setting it cannot use. */
final class PartsFromSettings {
  /** Connections that nobody has authenticated on, beside those of users. */
  private static final int MAX_NEWCOMERS = 10_000;

  private static final int SPARE_NEWCOMERS = 100;

  private PartsFromSettings() {}

  static Assistant assistant(
      CanisterAddresses addresses, ServerMetrics metrics, CanisterCalls calls) {
    if (addresses.urls().isEmpty()) {
      return Assistant.disabled();
    }
    CanisterAssistant canisters =
        new CanisterAssistant(
            new CanisterSettings(
                addresses.urls(),
                addresses.token(),
                null,
                addresses.connections(),
                addresses.maxInFlight(),
                CanisterTimeouts.DEFAULTS
                    .withSilence(addresses.firstTimeout(), addresses.idleTimeout())
                    .withHedge(addresses.hedgeAfter()),
                InboundBudget.DEFAULTS.withReplyChars(addresses.maxReplyChars()),
                Backoff.DEFAULTS,
                CircuitSettings.DEFAULTS),
            metrics,
            calls);
    metrics.canisters(canisters::canisters);
    return canisters;
  }

  static SystemPrompt prompt(@Nullable Path file) {
    try {
      String text = file == null ? null : Files.readString(file);
      if (text == null) {
        return SystemPrompt.DEFAULT;
      }
      if (!text.isBlank()) {
        return new SystemPrompt(text);
      }
    } catch (IOException e) {
      // Told below.
    }
    throw new ConfigurationException("AVAI_SYSTEM_PROMPT_FILE", "a file with a text in UTF-8");
  }

  static InetAddress host(String name) {
    try {
      return InetAddress.getByName(name);
    } catch (UnknownHostException e) {
      throw new ConfigurationException("AVAI_HOST", "an address or a name of this machine");
    }
  }

  static CredentialVerifier verifier(IdentitySettings identity) {
    if (!identity.isSignInConfigured()) {
      return CredentialVerifier.none();
    }
    try {
      return new ClerkCredentialVerifier(
          identity.publicKeyPem() != null
              ? ClerkKeys.given(identity.publicKeyPem())
              : identity.secretKey() != null && identity.jwksUrl() == null
                  ? ClerkKeys.fetched(ClerkKeys.BACKEND_API, identity.secretKey())
                  : ClerkKeys.fetched(requireNonNull(identity.jwksUrl()), null),
          identity.issuer(),
          identity.authorizedParties());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("CLERK_JWT_KEY", "an RSA public key in PEM");
    }
  }

  static @Nullable Certificate certificate(ServerSettings settings) {
    return settings.tlsCertificate() == null || settings.tlsKey() == null
        ? null
        : new Certificate(settings.tlsCertificate(), settings.tlsKey());
  }

  static Newcomers newcomers(ServerSettings settings) {
    return new Newcomers(
        // More than there may be WebSockets: these are to find that there is no room, and be told.
        Math.min(MAX_NEWCOMERS, settings.maxConnections() + SPARE_NEWCOMERS),
        settings.maxConnectionsPerAddress(),
        address ->
            !settings.trustedProxies().trusts(address)
                && (settings.production() || !address.isLoopbackAddress()));
  }

  static PageConfig page(IdentitySettings identity) {
    String frontend = identity.frontendApi();
    return new PageConfig(
        Version.current(),
        identity.anonymous().name().toLowerCase(Locale.ROOT),
        frontend == null || identity.anonymous() == AnonymousPolicy.ONLY
            ? null
            : new PageConfig.SignIn(requireNonNull(identity.publishableKey()), frontend));
  }
}
