package io.dure.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten members of a group that reads are replaced one by one: from the classic protocol to the new
 * one, and back.
 */
class RollingProtocolIT {
  private static final String TOPIC = "rolled";
  private static final String GROUP = "rolling";
  private static final int MEMBERS = 10;
  private static final int PARTITIONS = 20;
  private static final long WAIT_S = 60;
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long PRODUCED_EVERY_MS = 4;

  private final Book book = new Book();

  /** What all members did, in the order they did it. */
  private static final class Book {
    private final Map<Integer, String> owners = new HashMap<>();
    private final Map<Integer, Long> acknowledged = new HashMap<>();
    private final Map<Integer, Long> notBefore = new HashMap<>();
    private final Map<Integer, Set<Long>> read = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private long again;

    /** From here on it reads at or after all that was acknowledged as committed by now. */
    synchronized void takes(String member, Collection<TopicPartition> partitions) {
      for (TopicPartition p : partitions) {
        String other = owners.put(p.partition(), member);
        if (other != null && !other.equals(member)) {
          faults.add(p + " is " + other + "'s and " + member + "'s");
        }
        notBefore.put(p.partition(), acknowledged.getOrDefault(p.partition(), 0L));
      }
    }

    synchronized void gives(String member, Collection<TopicPartition> partitions) {
      partitions.forEach(p -> owners.remove(p.partition(), member));
    }

    synchronized void givesAll(String member) {
      owners.values().removeIf(member::equals);
    }

    synchronized void reads(String member, ConsumerRecord<String, String> record) {
      int p = record.partition();
      if (!member.equals(owners.get(p))) {
        faults.add(member + " reads " + p + ", which is " + owners.get(p) + "'s");
      }
      if (record.offset() < notBefore.getOrDefault(p, 0L)) {
        faults.add(
            member
                + " reads %d of %d, though its commit up to %d was acknowledged before"
                    .formatted(record.offset(), p, notBefore.get(p)));
      }
      notBefore.put(p, record.offset() + 1);
      if (!read.computeIfAbsent(p, _ -> new HashSet<>()).add(record.offset())) {
        again++;
      }
    }

    synchronized void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
      offsets.forEach((p, o) -> acknowledged.merge(p.partition(), o.offset(), Math::max));
    }

    synchronized boolean isEven() {
      var sizes = new HashMap<String, Integer>();
      owners.values().forEach(member -> sizes.merge(member, 1, Integer::sum));
      return owners.size() == PARTITIONS
          && sizes.size() == MEMBERS
          && sizes.values().stream().allMatch(n -> n == PARTITIONS / MEMBERS);
    }

    synchronized boolean hasAllBelow(Map<Integer, Long> ends) {
      return ends.entrySet().stream()
          .allMatch(e -> read.getOrDefault(e.getKey(), Set.of()).size() == e.getValue());
    }

    synchronized List<String> faults() {
      return List.copyOf(faults);
    }

    synchronized long again() {
      return again;
    }

    @Override
    public synchronized String toString() {
      return owners.toString();
    }
  }

  /** Commits each portion once it is done with it. */
  private final class Member implements ConsumerRebalanceListener {
    private final String name;
    private final KafkaConsumer<String, String> consumer;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile Optional<Exception> failure = Optional.empty();

    Member(String name, Map<String, Object> config) {
      this.name = name;
      this.consumer =
          new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
      this.thread = new Thread(this::run, name);
      consumer.subscribe(List.of(TOPIC), this);
      thread.start();
    }

    private void run() {
      try {
        while (!stopped) {
          ConsumerRecords<String, String> records = consumer.poll(POLL);
          var done = new HashMap<TopicPartition, OffsetAndMetadata>();
          for (ConsumerRecord<String, String> record : records) {
            book.reads(name, record);
            done.put(
                new TopicPartition(record.topic(), record.partition()),
                new OffsetAndMetadata(record.offset() + 1));
          }
          commit(done);
        }
      } catch (Exception e) {
        failure = Optional.of(e);
      } finally {
        consumer.close();
        book.givesAll(name);
      }
    }

    /** What is not committed may be read again, by whoever has the partition next. */
    private void commit(Map<TopicPartition, OffsetAndMetadata> done) {
      if (done.isEmpty()) {
        return;
      }
      try {
        consumer.commitSync(done);
        book.committed(done);
      } catch (CommitFailedException | RebalanceInProgressException | RetriableException _) {
        // That is what at-least-once allows for.
      }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      book.takes(name, partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      book.gives(name, partitions);
    }

    void stop() throws InterruptedException {
      stopped = true;
      thread.join(TimeUnit.SECONDS.toMillis(WAIT_S));
      assertThat(thread.isAlive()).as(name + " stops").isFalse();
      assertThat(failure).as(name + "'s failure").isEmpty();
    }
  }

  /** A record for each partition in turn, until it is told to stop. */
  private static final class Load implements AutoCloseable {
    private final KafkaProducer<String, String> producer;
    private final Thread thread = new Thread(this::run, "load");
    private final Map<Integer, Long> ends = new HashMap<>();
    private volatile boolean stopped;

    Load(String bootstrap) {
      producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", bootstrap),
              new StringSerializer(),
              new StringSerializer());
      thread.start();
    }

    private void run() {
      try {
        for (int i = 0; !stopped; i = (i + 1) % PARTITIONS) {
          producer.send(new ProducerRecord<>(TOPIC, i, "k", "v"));
          ends.merge(i, 1L, Long::sum);
          Thread.sleep(PRODUCED_EVERY_MS);
        }
      } catch (InterruptedException _) {
        // It is to stop.
      }
    }

    /** How many there are of each partition. */
    Map<Integer, Long> stop() throws InterruptedException {
      stopped = true;
      thread.join();
      producer.flush();
      return Map.copyOf(ends);
    }

    @Override
    public void close() throws InterruptedException {
      stop();
      producer.close();
    }
  }

  private static Map<String, Object> consumerConfig(String bootstrap) {
    return new HashMap<>(
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "group.id",
            GROUP,
            "group.protocol",
            "consumer",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false));
  }

  private static Map<String, Object> classicConfig(String bootstrap) {
    Map<String, Object> config = consumerConfig(bootstrap);
    config.put("group.protocol", "classic");
    config.put("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
    config.put("heartbeat.interval.ms", 300);
    return config;
  }

  @Test
  void tenMembersChangeTheProtocolAndBackWhileTheyRead(@TempDir Path folder) throws Exception {
    try (ClusterFork cluster = ClusterFork.start(3, folder);
        Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
      String bootstrap = cluster.bootstrap();
      admin
          .createTopics(List.of(new NewTopic(TOPIC, Optional.of(PARTITIONS), Optional.empty())))
          .all()
          .get();
      var members = new ArrayList<Member>();
      try (var load = new Load(bootstrap)) {
        for (int i = 0; i < MEMBERS; i++) {
          members.add(new Member("old" + i, classicConfig(bootstrap)));
        }
        await("ten of the classic protocol share", book::isEven);

        for (int i = 0; i < MEMBERS; i++) {
          replace(members, new Member("new" + i, consumerConfig(bootstrap)));
        }
        assertThat(typeOf(admin)).isEqualTo(GroupType.CONSUMER);

        for (int i = 0; i < MEMBERS; i++) {
          replace(members, new Member("back" + i, classicConfig(bootstrap)));
        }
        assertThat(typeOf(admin)).isEqualTo(GroupType.CLASSIC);

        Map<Integer, Long> ends = load.stop();
        await("all is read", () -> book.hasAllBelow(ends));
        System.out.println(
            "of %d records %d were read again"
                .formatted(ends.values().stream().mapToLong(Long::longValue).sum(), book.again()));
      } finally {
        members.forEach(m -> m.stopped = true);
        for (Member member : members) {
          member.stop();
        }
      }
      assertThat(book.faults()).isEmpty();
    }
  }

  /** One comes, the longest member leaves, and all is even again. */
  private void replace(List<Member> members, Member next) throws InterruptedException {
    Member former = members.removeFirst();
    members.add(next);
    former.stop();
    await(next.name + " in the place of " + former.name, book::isEven);
  }

  private static GroupType typeOf(Admin admin) throws Exception {
    return admin.describeConsumerGroups(List.of(GROUP)).all().get().get(GROUP).type();
  }

  private void await(String what, BooleanSupplier condition) {
    Awaitility.await(what)
        .pollInterval(Duration.ofMillis(50))
        .atMost(Duration.ofSeconds(WAIT_S))
        .untilAsserted(
            () -> assertThat(condition.getAsBoolean()).as("%s; owners %s", what, book).isTrue());
  }
}
