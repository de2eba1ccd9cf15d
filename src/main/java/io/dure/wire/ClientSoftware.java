package io.dure.wire;

import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;

/**
 * The program behind a connection, as its ApiVersions request names it (KIP-511).
 *
 * @param name for example {@code apache-kafka-java}
 */
public record ClientSoftware(String name, String version) {
  /** Of who never said, as clients before ApiVersions 3. */
  public static final ClientSoftware UNKNOWN = new ClientSoftware("unknown", "unknown");

  private static final Pattern ALLOWED =
      Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

  /** Empty when the names given are none. */
  public static Optional<ClientSoftware> of(ApiVersionsRequestData request) {
    boolean named =
        ALLOWED.matcher(request.clientSoftwareName()).matches()
            && ALLOWED.matcher(request.clientSoftwareVersion()).matches();
    return named
        ? Optional.of(
            new ClientSoftware(request.clientSoftwareName(), request.clientSoftwareVersion()))
        : Optional.empty();
  }
}
