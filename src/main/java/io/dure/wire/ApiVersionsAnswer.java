package io.dure.wire;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Builds the answers to ApiVersions: what this broker announces. */
public final class ApiVersionsAnswer {
  private ApiVersionsAnswer() {}

  /**
   * The part of {@link Apis} that is served. No features are announced: none of Kafka's optional
   * ones is implemented.
   */
  public static ApiVersionsResponseData announcing(Set<ApiKeys> served) {
    return new ApiVersionsResponseData()
        .setErrorCode(Errors.NONE.code())
        .setApiKeys(announced(served))
        .setFinalizedFeaturesEpoch(0);
  }

  /**
   * For a request of a version we do not know. Always written in version 0, which every client can
   * read, and naming our versions of ApiVersions so that the client can ask again.
   */
  public static ApiVersionsResponseData unsupportedVersion() {
    return new ApiVersionsResponseData()
        .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
        .setApiKeys(announced(Set.of(ApiKeys.API_VERSIONS)));
  }

  /**
   * The client expected another cluster or node behind this address (KIP-1242): it should start
   * over.
   */
  public static ApiVersionsResponseData rebootstrap() {
    return new ApiVersionsResponseData().setErrorCode(Errors.REBOOTSTRAP_REQUIRED.code());
  }

  private static ApiVersionCollection announced(Set<ApiKeys> served) {
    var announced = new ApiVersionCollection();
    for (Map.Entry<ApiKeys, Apis.Range> api : Apis.table().entrySet()) {
      if (served.contains(api.getKey())) {
        announced.add(
            new ApiVersion()
                .setApiKey(api.getKey().id)
                .setMinVersion(api.getValue().announcedMin())
                .setMaxVersion(api.getValue().max()));
      }
    }
    return announced;
  }
}
