package io.dure.controller;

import io.dure.metadata.Feature;
import io.dure.metadata.MetadataRecord;
import io.dure.wire.WireError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Moves the levels of features, all that one request names or none, in the words of Kafka. */
final class FeatureLevels {
  private final Ledger ledger;

  FeatureLevels(Ledger ledger) {
    this.ledger = ledger;
  }

  Answer.FeaturesUpdated update(Command.UpdateFeatures command) {
    List<Answer.Result> results = new ArrayList<>();
    List<MetadataRecord> records = new ArrayList<>();
    for (Command.FeatureUpdate update : command.updates()) {
      Optional<String> refusal = refusal(update);
      results.add(
          refusal
              .map(text -> Answer.Result.refused(WireError.INVALID_UPDATE_VERSION, text))
              .orElse(Answer.Result.DONE));
      if (refusal.isEmpty() && update.level() != level(update.feature())) {
        records.add(new MetadataRecord.FeatureLevelSet(update.feature(), update.level()));
      }
    }
    if (results.stream().allMatch(Answer.Result::isDone) && !command.validateOnly()) {
      ledger.append(records);
    }
    return new Answer.FeaturesUpdated(results);
  }

  private int level(String feature) {
    return ledger.image().features().getOrDefault(feature, 0);
  }

  private Optional<String> refusal(Command.FeatureUpdate update) {
    String start = "Invalid update version " + update.level() + " for feature " + update.feature();
    Optional<Feature> feature = Feature.find(update.feature());
    if (feature.isEmpty()) {
      return Optional.of(
          start + ". Local controller " + ledger.self() + " does not support this feature.");
    }
    int min = feature.get().min();
    int max = feature.get().max();
    if (update.level() < min || update.level() > max) {
      return Optional.of(
          "%s. Local controller %d only supports versions %d-%d"
              .formatted(start, ledger.self().value(), min, max));
    }
    if (update.level() < level(update.feature()) && !update.mayFall()) {
      return Optional.of(
          start
              + ". Can't downgrade the version of this feature without setting the upgrade type to"
              + " either safe or unsafe downgrade.");
    }
    return Optional.empty();
  }
}
