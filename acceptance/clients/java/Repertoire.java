import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** What a Java program does with Kafka, in the words of the oldest client; run with the jars of each version. */
final class Repertoire {
  private static final String TEXT = "org.apache.kafka.common.serialization.String";
  private static AdminClient admin;

  private Repertoire() {}

  public static void main(String[] arguments) throws Exception {
    Checks.of(arguments[0]);
    admin = AdminClient.create(Checks.settings("request.timeout.ms", 20_000));
    Checks.check("admin: cluster and topics", Repertoire::topics);
    if (Checks.atLeast(1, 0)) {
      Checks.check("admin: partitions added", Repertoire::partitionsAdded);
    }
    // The first version of DescribeConfigs went with Apache Kafka 4.
    if (Checks.atLeast(1, 1)) {
      Checks.check("admin: settings", Repertoire::settingsToldAndAltered);
    }
    for (String codec : codecs()) {
      Checks.check("produce and consume, " + codec, () -> produceAndConsume(codec));
    }
    Checks.check("consumer: positions, times, commits", Repertoire::positions);
    Checks.check("group: classic, members come and go", () -> group(new Properties()));
    if (Checks.atLeast(2, 4)) {
      Properties cooperative = new Properties();
      cooperative.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
      Checks.check("group: cooperative, members come and go", () -> group(cooperative));
    }
    if (Checks.atLeast(4, 0)) {
      Properties consumer = new Properties();
      consumer.put("group.protocol", "consumer");
      Checks.check("group: of the consumer protocol, members come and go", () -> group(consumer));
    }
    Checks.check("transactions: committed, aborted, with offsets", Repertoire::transactions);
    Checks.check("transactions: a second producer fences the first", Repertoire::fencing);
    if (Checks.brokersMayDie()) {
      Checks.check("a broker is killed under transactions and a group", Repertoire::brokerKilled);
    }
    admin.close();
    Checks.finish();
  }

  private static List<String> codecs() {
    List<String> all = new ArrayList<>(Arrays.asList("none", "gzip", "snappy", "lz4"));
    if (Checks.atLeast(2, 1)) {
      all.add("zstd");
    }
    return all;
  }

  // ---- admin

  private static String topic(String what, int partitions) throws Exception {
    String topic = Checks.name(what);
    int brokers = admin.describeCluster().nodes().get().size();
    admin.createTopics(Collections.singleton(new NewTopic(topic, partitions, (short) Math.min(3, brokers)))).all().get();
    Checks.until("every partition of " + topic + " has a leader", () -> {
      try {
        return described(topic).partitions().size() == partitions
            && described(topic).partitions().stream().allMatch(p -> p.leader() != null);
      } catch (Exception notYet) {
        return false;
      }
    });
    return topic;
  }

  @SuppressWarnings("unchecked")
  private static TopicDescription described(String topic) throws Exception {
    Object result = admin.describeTopics(Collections.singleton(topic));
    String[] methods = {"allTopicNames", "all"};
    Object future = Checks.call(result, methods, new Class<?>[0]);
    return ((KafkaFuture<Map<String, TopicDescription>>) future).get().get(topic);
  }

  private static void topics() throws Exception {
    Collection<Node> nodes = admin.describeCluster().nodes().get();
    Checks.equal(Checks.BOOTSTRAP.split(",").length, nodes.size());
    Checks.that(nodes.contains(admin.describeCluster().controller().get()), "the controller is one of them");
    Checks.that(!admin.describeCluster().clusterId().get().isEmpty(), "the cluster has an id");
    String topic = topic("topics", 3);
    Checks.that(admin.listTopics().names().get().contains(topic), "it is listed");
    Checks.refused(
        "TopicExistsException",
        () -> admin.createTopics(Collections.singleton(new NewTopic(topic, 1, (short) 1))).all().get());
    Checks.refused(
        "InvalidReplicationFactorException",
        () -> admin.createTopics(Collections.singleton(new NewTopic(Checks.name("x"), 1, (short) 99))).all().get());
    Checks.refused(
        "InvalidTopicException",
        () -> admin.createTopics(Collections.singleton(new NewTopic("a/b", 1, (short) 1))).all().get());
    admin.deleteTopics(Collections.singleton(topic)).all().get();
    Checks.until("it is gone", () -> !admin.listTopics().names().get().contains(topic));
    Checks.refused("UnknownTopicOrPartitionException", () -> described(topic));
  }

  private static void partitionsAdded() throws Exception {
    String topic = topic("grow", 1);
    Class<?> type = Class.forName("org.apache.kafka.clients.admin.NewPartitions");
    Object four = type.getMethod("increaseTo", int.class).invoke(null, 4);
    Object result =
        AdminClient.class
            .getMethod("createPartitions", Map.class)
            .invoke(admin, Collections.singletonMap(topic, four));
    ((KafkaFuture<?>) Checks.call(result, new String[] {"all"}, new Class<?>[0])).get();
    Checks.until("four partitions", () -> described(topic).partitions().size() == 4);
  }

  private static String setting(String topic, String key) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return admin.describeConfigs(Collections.singleton(resource)).all().get().get(resource).get(key).value();
  }

  private static void settingsToldAndAltered() throws Exception {
    String topic = topic("settings", 1);
    Checks.equal("604800000", setting(topic, "retention.ms"));
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Class<?> entry = Class.forName("org.apache.kafka.clients.admin.ConfigEntry");
    Object retention = entry.getConstructor(String.class, String.class).newInstance("retention.ms", "1234567");
    Object result;
    if (Checks.atLeast(2, 3)) {
      Class<?> op = Class.forName("org.apache.kafka.clients.admin.AlterConfigOp");
      Class<?> type = Class.forName("org.apache.kafka.clients.admin.AlterConfigOp$OpType");
      Object set = op.getConstructor(entry, type).newInstance(retention, type.getField("SET").get(null));
      result =
          AdminClient.class
              .getMethod("incrementalAlterConfigs", Map.class)
              .invoke(admin, Collections.singletonMap(resource, Collections.singleton(set)));
    } else {
      Class<?> config = Class.forName("org.apache.kafka.clients.admin.Config");
      Object all = config.getConstructor(Collection.class).newInstance(Collections.singleton(retention));
      result = AdminClient.class.getMethod("alterConfigs", Map.class).invoke(admin, Collections.singletonMap(resource, all));
    }
    ((KafkaFuture<?>) Checks.call(result, new String[] {"all"}, new Class<?>[0])).get();
    Checks.until("retention.ms", () -> setting(topic, "retention.ms").equals("1234567"));
  }

  // ---- records

  private static KafkaProducer<String, String> producer(Object... more) {
    Properties all = Checks.settings(more);
    all.put("key.serializer", TEXT + "Serializer");
    all.put("value.serializer", TEXT + "Serializer");
    all.putIfAbsent("acks", "all");
    all.putIfAbsent("retries", "1000");
    return new KafkaProducer<>(all);
  }

  private static KafkaConsumer<String, String> consumer(String group, Object... more) {
    Properties all = Checks.settings(more);
    all.put("key.deserializer", TEXT + "Deserializer");
    all.put("value.deserializer", TEXT + "Deserializer");
    all.put("group.id", group);
    all.putIfAbsent("auto.offset.reset", "earliest");
    return new KafkaConsumer<>(all);
  }

  private static List<String> values(int count, String prefix) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(prefix + i);
    }
    return all;
  }

  private static List<RecordMetadata> send(KafkaProducer<String, String> p, String topic, Integer partition, List<String> values)
      throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (String value : values) {
      sent.add(p.send(new ProducerRecord<>(topic, partition, value, value)));
    }
    List<RecordMetadata> told = new ArrayList<>();
    for (Future<RecordMetadata> one : sent) {
      told.add(one.get(60, TimeUnit.SECONDS));
    }
    return told;
  }

  /** poll(long) was deprecated by poll(Duration) in 2.0 and is gone since 4.0. */
  @SuppressWarnings("unchecked")
  private static ConsumerRecords<String, String> poll(KafkaConsumer<String, String> c) throws Exception {
    if (Checks.atLeast(2, 0)) {
      return (ConsumerRecords<String, String>)
          KafkaConsumer.class.getMethod("poll", java.time.Duration.class).invoke(c, java.time.Duration.ofMillis(100));
    }
    return (ConsumerRecords<String, String>) KafkaConsumer.class.getMethod("poll", long.class).invoke(c, 100L);
  }

  private static List<ConsumerRecord<String, String>> read(KafkaConsumer<String, String> c, int count, long ms) throws Exception {
    List<ConsumerRecord<String, String>> found = new ArrayList<>();
    for (long end = System.currentTimeMillis() + ms; found.size() < count && System.currentTimeMillis() < end;) {
      for (ConsumerRecord<String, String> one : poll(c)) {
        found.add(one);
      }
    }
    return found;
  }

  private static List<String> texts(List<ConsumerRecord<String, String>> records) {
    List<String> all = new ArrayList<>();
    for (ConsumerRecord<String, String> one : records) {
      all.add(one.value());
    }
    return all;
  }

  /** What a topic holds, and that it holds no more than count. */
  private static Set<String> contents(String topic, int partitions, int count, String isolation) throws Exception {
    try (KafkaConsumer<String, String> c = consumer(Checks.name("contents"), "isolation.level", isolation)) {
      List<TopicPartition> all = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        all.add(new TopicPartition(topic, i));
      }
      c.assign(all);
      c.seekToBeginning(all);
      List<ConsumerRecord<String, String>> found = read(c, count, Checks.LONGEST_WAIT_MS);
      found.addAll(read(c, 1, 500));
      Checks.equal(count, found.size());
      return new TreeSet<>(texts(found));
    }
  }

  private static void produceAndConsume(String codec) throws Exception {
    String topic = topic("records", 2);
    try (KafkaProducer<String, String> p = producer("compression.type", codec, "linger.ms", 10)) {
      List<RecordMetadata> told = send(p, topic, 0, values(500, codec));
      Checks.equal(499L, told.get(499).offset());
      p.send(new ProducerRecord<>(topic, 1, 1_700_000_000_000L, null, (String) null)).get();
      send(p, topic, 1, Collections.singletonList(new String(new char[400_000]).replace('\0', 'x')));
    }
    try (KafkaConsumer<String, String> c = consumer(Checks.name("records"))) {
      TopicPartition zero = new TopicPartition(topic, 0);
      TopicPartition one = new TopicPartition(topic, 1);
      c.assign(Collections.singleton(zero));
      Checks.equal(values(500, codec), texts(read(c, 500, Checks.LONGEST_WAIT_MS)));
      c.assign(Collections.singleton(one));
      List<ConsumerRecord<String, String>> found = read(c, 2, Checks.LONGEST_WAIT_MS);
      Checks.equal(1_700_000_000_000L, found.get(0).timestamp());
      Checks.that(found.get(0).value() == null && found.get(0).key() == null, "nulls stay nulls");
      Checks.equal(400_000, found.get(1).value().length());
    }
  }

  private static void positions() throws Exception {
    String topic = topic("positions", 1);
    String group = Checks.name("positions");
    TopicPartition tp = new TopicPartition(topic, 0);
    try (KafkaProducer<String, String> p = producer()) {
      for (int i = 0; i < 10; i++) {
        p.send(new ProducerRecord<>(topic, 0, 1_700_000_000_000L + i * 1000, null, "v" + i)).get();
      }
    }
    try (KafkaConsumer<String, String> c = consumer(group, "enable.auto.commit", false)) {
      c.assign(Collections.singleton(tp));
      Checks.equal(0L, c.beginningOffsets(Collections.singleton(tp)).get(tp));
      Checks.equal(10L, c.endOffsets(Collections.singleton(tp)).get(tp));
      Checks.equal(4L, c.offsetsForTimes(Collections.singletonMap(tp, 1_700_000_003_500L)).get(tp).offset());
      c.seek(tp, 7);
      Checks.equal(3, read(c, 3, Checks.LONGEST_WAIT_MS).size());
      Checks.equal(10L, c.position(tp));
      c.commitSync(Collections.singletonMap(tp, new OffsetAndMetadata(5, "five")));
      c.seek(tp, 4711);
      Checks.equal(10, read(c, 10, Checks.LONGEST_WAIT_MS).size());
      c.pause(Collections.singleton(tp));
      c.seekToBeginning(Collections.singleton(tp));
      Checks.equal(0, read(c, 1, 500).size());
      c.resume(Collections.singleton(tp));
      Checks.equal(10, read(c, 10, Checks.LONGEST_WAIT_MS).size());
    }
    try (KafkaConsumer<String, String> c = consumer(group)) {
      c.subscribe(Collections.singleton(topic));
      Checks.equal(Arrays.asList("v5", "v6", "v7", "v8", "v9"), texts(read(c, 5, Checks.LONGEST_WAIT_MS)));
    }
  }

  // ---- groups

  private static void group(Properties protocol) throws Exception {
    String topic = topic("group", 6);
    String group = Checks.name("group");
    Set<String> seen = Collections.synchronizedSet(new HashSet<>());
    List<Member> members = new ArrayList<>();
    for (int count = 1; count <= 3; count++) {
      int each = 6 / count;
      members.add(new Member(group, topic, protocol, seen));
      Checks.until(each + " partitions each", () -> members.stream().allMatch(m -> m.assigned == each));
    }
    try (KafkaProducer<String, String> p = producer()) {
      send(p, topic, null, values(300, "g"));
    }
    Checks.until("all is read", () -> seen.size() == 300);
    members.remove(1).leave();
    Checks.until("three each", () -> members.stream().allMatch(m -> m.assigned == 3));
    for (Member one : members) {
      one.leave();
    }
    try (KafkaConsumer<String, String> c = consumer(group)) {
      TopicPartition tp = new TopicPartition(topic, 0);
      c.assign(Collections.singleton(tp));
      Checks.equal(c.endOffsets(Collections.singleton(tp)).get(tp), c.position(tp));
    }
  }

  /** Polls in a thread of its own until told to leave. */
  private static final class Member extends Thread {
    private final KafkaConsumer<String, String> consumer;
    private final Set<String> seen;
    volatile int assigned = -1;
    private volatile boolean leaving;
    private volatile Throwable broken;

    Member(String group, String topic, Properties protocol, Set<String> seen) {
      List<Object> more = new ArrayList<>(Arrays.asList("metadata.max.age.ms", 1000));
      if (!protocol.containsKey("group.protocol")) {
        more.addAll(Arrays.asList("session.timeout.ms", 6000, "heartbeat.interval.ms", 500));
      }
      protocol.forEach((key, value) -> more.addAll(Arrays.asList(key, value)));
      this.consumer = consumer(group, more.toArray());
      this.seen = seen;
      consumer.subscribe(Collections.singleton(topic));
      setDaemon(true);
      start();
    }

    @Override
    public void run() {
      try {
        while (!leaving) {
          for (ConsumerRecord<String, String> one : poll(consumer)) {
            seen.add(one.value());
          }
          assigned = consumer.assignment().size();
        }
        consumer.close();
      } catch (Throwable e) {
        broken = e;
        assigned = -2;
      }
    }

    void leave() throws Exception {
      leaving = true;
      join(Checks.LONGEST_WAIT_MS);
      Checks.that(!isAlive(), "a member does not end");
      Checks.that(broken == null, "a member broke: " + broken);
    }
  }

  // ---- transactions

  private static KafkaProducer<String, String> transactional(String id) {
    KafkaProducer<String, String> p = producer("transactional.id", id, "enable.idempotence", true);
    p.initTransactions();
    return p;
  }

  /** By the group's name until 2.5, by the member since; the former is gone since 4.0. */
  private static void sendOffsets(KafkaProducer<String, String> p, Map<TopicPartition, OffsetAndMetadata> offsets, String group)
      throws Exception {
    if (Checks.atLeast(2, 5)) {
      Class<?> type = Class.forName("org.apache.kafka.clients.consumer.ConsumerGroupMetadata");
      Object member = type.getConstructor(String.class).newInstance(group);
      KafkaProducer.class.getMethod("sendOffsetsToTransaction", Map.class, type).invoke(p, offsets, member);
    } else {
      KafkaProducer.class.getMethod("sendOffsetsToTransaction", Map.class, String.class).invoke(p, offsets, group);
    }
  }

  private static void transactions() throws Exception {
    String from = topic("txn-from", 1);
    String to = topic("txn-to", 3);
    String group = Checks.name("txn");
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    offsets.put(new TopicPartition(from, 0), new OffsetAndMetadata(7, "seven"));
    Set<String> good = new TreeSet<>();
    try (KafkaProducer<String, String> p = transactional(Checks.name("txn"))) {
      for (int i = 0; i < 10; i++) {
        p.beginTransaction();
        send(p, to, null, values(20, "t" + i + "-"));
        if (i % 3 == 2) {
          p.abortTransaction();
        } else {
          sendOffsets(p, offsets, group);
          p.commitTransaction();
          good.addAll(values(20, "t" + i + "-"));
        }
      }
      p.beginTransaction();
      p.commitTransaction();
    }
    Checks.equal(good, contents(to, 3, good.size(), "read_committed"));
    Checks.equal(200, contents(to, 3, 200, "read_uncommitted").size());
    try (KafkaConsumer<String, String> c = consumer(group)) {
      c.assign(offsets.keySet());
      Checks.until("the offsets are seen", () -> c.position(new TopicPartition(from, 0)) == 7 || reassign(c, offsets.keySet()));
    }
  }

  /** Forgets what it took for the position, so that it asks for the committed one again. */
  private static boolean reassign(KafkaConsumer<String, String> c, Collection<TopicPartition> partitions) {
    c.assign(Collections.emptySet());
    c.assign(partitions);
    return false;
  }

  private static void fencing() throws Exception {
    String topic = topic("fencing", 1);
    String id = Checks.name("fencing");
    KafkaProducer<String, String> old = transactional(id);
    old.beginTransaction();
    send(old, topic, 0, Collections.singletonList("old"));
    try (KafkaProducer<String, String> young = transactional(id)) {
      young.beginTransaction();
      send(young, topic, 0, Collections.singletonList("young"));
      young.commitTransaction();
    }
    Throwable e = Checks.refusal(() -> {
      send(old, topic, 0, Collections.singletonList("zombie"));
      old.commitTransaction();
    });
    Checks.that(
        Arrays.asList("ProducerFencedException", "InvalidProducerEpochException").contains(e.getClass().getSimpleName()),
        "refused with " + e);
    old.close();
    Checks.equal(Collections.singleton("young"), contents(topic, 1, 1, "read_committed"));
  }

  private static void brokerKilled() throws Exception {
    String topic = topic("killed", 3);
    Set<String> seen = Collections.synchronizedSet(new HashSet<>());
    Properties committed = new Properties();
    committed.put("isolation.level", "read_committed");
    Member member = new Member(Checks.name("killed"), topic, committed, seen);
    Checks.until("three partitions", () -> member.assigned == 3);
    int victim = described(topic).partitions().get(0).leader().id();
    Set<String> good = new TreeSet<>();
    try (KafkaProducer<String, String> p = transactional(Checks.name("killed"))) {
      for (int i = 0; i < 30; i++) {
        if (i == 8) {
          Checks.cluster("kill", victim);
        }
        if (i == 20) {
          Checks.cluster("restart", victim);
        }
        p.beginTransaction();
        send(p, topic, i % 3, values(10, "k" + i + "-"));
        if (i % 5 == 4) {
          p.abortTransaction();
        } else {
          p.commitTransaction();
          good.addAll(values(10, "k" + i + "-"));
        }
      }
    }
    Checks.until("all is read", () -> seen.size() >= good.size());
    member.leave();
    Checks.equal(good, new TreeSet<>(seen));
    Checks.equal(good, contents(topic, 3, good.size(), "read_committed"));
  }
}
