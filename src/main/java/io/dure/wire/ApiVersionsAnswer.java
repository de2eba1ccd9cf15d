package io.dure.wire;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** Builds the answers to ApiVersions: what this broker announces. */
public final class ApiVersionsAnswer {
  private static final short FIRST_VERSION_WITH_LEVEL_0 = 4;

  private ApiVersionsAnswer() {}

  /** Levels of one feature that this node supports, both inclusive. */
  public record Levels(String feature, int min, int max) {}

  /**
   * The part of {@link Apis} that is served, and the features.
   *
   * @param supported by this node
   * @param inForce in the cluster; a level of 0 is that of a feature that is off, and not told
   * @param featuresEpoch grows with every change of the levels; -1: not known yet
   * @param version of the answer
   */
  public static ApiVersionsResponseData announcing(
      Set<ApiKeys> served,
      List<Levels> supported,
      Map<String, Integer> inForce,
      long featuresEpoch,
      short version) {
    var response =
        new ApiVersionsResponseData()
            .setErrorCode(Errors.NONE.code())
            .setApiKeys(announced(served))
            .setFinalizedFeaturesEpoch(featuresEpoch);
    for (Levels levels : supported) {
      // Older clients cannot read a range that begins with 0 (KAFKA-17492).
      if (version >= FIRST_VERSION_WITH_LEVEL_0 || levels.min() > 0) {
        response
            .supportedFeatures()
            .add(
                new SupportedFeatureKey()
                    .setName(levels.feature())
                    .setMinVersion((short) levels.min())
                    .setMaxVersion((short) levels.max()));
      }
    }
    inForce.forEach((feature, level) -> {
      if (level > 0) {
        response
            .finalizedFeatures()
            .add(
                new FinalizedFeatureKey()
                    .setName(feature)
                    .setMinVersionLevel(level.shortValue())
                    .setMaxVersionLevel(level.shortValue()));
      }
    });
    return response;
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
