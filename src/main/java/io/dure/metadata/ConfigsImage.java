package io.dure.metadata;

import io.dure.base.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings that were changed while the cluster ran, of everything but topics, which keep their
 * own. Immutable.
 */
public final class ConfigsImage {
  static final ConfigsImage EMPTY =
      new ConfigsImage(SortedTree.empty(Comparator.<ConfigResource>naturalOrder()));

  private record Entry(ConfigResource resource, Map<String, String> values) {}

  private final SortedTree<ConfigResource, Entry> entries;

  /** Asked for every partition by whoever plans; so these lists are read once. */
  private final Set<String> leaving;

  private final Set<String> drained;

  private ConfigsImage(SortedTree<ConfigResource, Entry> entries) {
    this.entries = entries;
    this.leaving = listed(BrokerKeys.DECOMMISSIONED);
    this.drained = listed(BrokerKeys.DRAINED);
  }

  private Set<String> listed(String key) {
    return Set.copyOf(ConfigKey.items(ofAllBrokers().getOrDefault(key, "")));
  }

  /** Whether somebody wants the broker to become empty. */
  boolean isLeaving(NodeId node) {
    return !leaving.isEmpty() && leaving.contains(Integer.toString(node.value()));
  }

  /** Whether somebody wants the broker to lead nothing. */
  boolean isDrained(NodeId node) {
    return !drained.isEmpty() && drained.contains(Integer.toString(node.value()));
  }

  /** What was set for exactly this resource, by key. */
  public Map<String, String> of(ConfigResource resource) {
    return entries.get(resource).map(Entry::values).orElse(Map.of());
  }

  /** What was set for this broker alone. */
  public Map<String, String> ofBroker(NodeId node) {
    return entries.size() == 0 ? Map.of() : of(ConfigResource.broker(node));
  }

  /** What was set for all brokers together. */
  public Map<String, String> ofAllBrokers() {
    return entries.size() == 0 ? Map.of() : of(ConfigResource.ALL_BROKERS);
  }

  /** Everything of that kind that has at least one setting, by name. */
  public List<String> names(ConfigResource.Kind kind) {
    List<String> names = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (entry.resource().kind() == kind) {
        names.add(entry.resource().name());
      }
    }
    return names;
  }

  ConfigsImage with(ConfigResource resource, String key, Optional<String> value) {
    Map<String, String> values = new HashMap<>(of(resource));
    value.ifPresentOrElse(text -> values.put(key, text), () -> values.remove(key));
    return new ConfigsImage(
        values.isEmpty()
            ? entries.without(resource)
            : entries.with(resource, new Entry(resource, Map.copyOf(values))));
  }

  /** Whether brokers' settings differ. */
  boolean brokersDiffer(ConfigsImage before) {
    List<Entry> changed = new ArrayList<>();
    entries.diff(before.entries, new Touched(changed));
    return changed.stream().anyMatch(e -> e.resource().kind() == ConfigResource.Kind.BROKER);
  }

  private record Touched(List<Entry> entries) implements SortedTree.DiffVisitor<Entry> {
    @Override
    public void added(Entry now) {
      entries.add(now);
    }

    @Override
    public void changed(Entry before, Entry now) {
      entries.add(now);
    }

    @Override
    public void removed(Entry before) {
      entries.add(before);
    }
  }

  void addRecords(List<MetadataRecord> records) {
    for (Entry entry : entries.values()) {
      new TreeMap<>(entry.values())
          .forEach((key, value) ->
              records.add(
                  new MetadataRecord.ConfigChanged(entry.resource(), key, Optional.of(value))));
    }
  }
}
