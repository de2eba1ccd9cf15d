"""kafka-python of the distribution: producers, consumers, groups and admin, with each protocol version it can be told to speak."""

import logging
import os
import subprocess
import sys
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors
from kafka.admin import ACL, ACLFilter, ACLOperation, ACLPermissionType, ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.admin import ResourcePattern, ResourceType
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.structs import OffsetAndMetadata

logging.disable(logging.CRITICAL)

BROKERS = os.environ["BOOTSTRAP"].split(",")
CLUSTER = os.environ.get("CLUSTER", "")
COPIES = min(3, len(BROKERS))
LONGEST_WAIT_S = 30
failed = 0
made = 0


def check(name):
    """Runs the function below it at once, as one check."""

    def run(body):
        global failed
        if os.environ.get("ONLY", "") not in name:
            return
        try:
            body()
            print(f"ok    {name}", flush=True)
        except Exception as e:
            failed += 1
            print(f"FAIL  {name}: {type(e).__name__} {str(e)[:300]}", flush=True)
            if os.environ.get("VERBOSE"):
                raise

    return run


def name(what):
    global made
    made += 1
    return f"py-{os.getpid()}-{what}-{made}"


def equal(expected, actual):
    assert expected == actual, f"expected {expected!r:.150} but was {actual!r:.150}"


def until(what, condition, seconds=LONGEST_WAIT_S):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def refused(error, call):
    try:
        call()
    except error:
        return
    raise AssertionError(f"not refused with {error.__name__}")


admin = KafkaAdminClient(bootstrap_servers=BROKERS, client_id="py-admin")
producer = KafkaProducer(bootstrap_servers=BROKERS, acks="all", retries=10)


def topic(what, partitions=1, **configs):
    made_now = name(what)
    admin.create_topics([NewTopic(made_now, partitions, COPIES, topic_configs={k.replace("_", "."): v for k, v in configs.items()})])
    until("every partition has a leader", lambda: len(producer.partitions_for(made_now)) == partitions)
    return made_now


def send(to, values, partition=None, by=None):
    for future in [(by or producer).send(to, v.encode(), partition=partition) for v in values]:
        future.get(timeout=LONGEST_WAIT_S)


def values(count, prefix="v"):
    return [f"{prefix}{i}" for i in range(count)]


def consumer(*topics, **settings):
    defaults = dict(bootstrap_servers=BROKERS, auto_offset_reset="earliest", session_timeout_ms=6000, heartbeat_interval_ms=500)
    return KafkaConsumer(*topics, **{**defaults, **settings})


def read(c, count, seconds=LONGEST_WAIT_S):
    found, end = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        for records in c.poll(timeout_ms=200).values():
            found += records
    return found


def texts(records):
    return [r.value.decode() for r in records]


def contents(of, count):
    """What is in it, read without a group; a little longer than until count are there, since more would be wrong too."""
    c = consumer(of, group_id=None)
    found = texts(read(c, count)) + texts(read(c, 1, 0.5))
    c.close()
    return found


class Member(threading.Thread):
    """A member of a group that polls until it is told to leave."""

    def __init__(self, group, topics, **settings):
        super().__init__(daemon=True)
        self.consumer = consumer(*topics, group_id=group, **settings)
        self.records, self.assigned, self.leaving = [], set(), False
        self.start()

    def run(self):
        while not self.leaving:
            for records in self.consumer.poll(timeout_ms=100).values():
                self.records += records
            self.assigned = self.consumer.assignment()
        self.consumer.close()

    def leave(self):
        self.leaving = True
        self.join(LONGEST_WAIT_S)
        assert not self.is_alive(), "a member does not end"


# --- admin
@check("admin: the cluster, topics made, listed, described, deleted")
def _():
    told = admin.describe_cluster()
    equal(len(BROKERS), len(told["brokers"]))
    assert told["cluster_id"] and any(b["node_id"] == told["controller_id"] for b in told["brokers"])
    t = topic("admin", 3)
    assert t in admin.list_topics()
    described = admin.describe_topics([t])[0]
    equal([0, 1, 2], sorted(p["partition"] for p in described["partitions"]))
    refused(errors.TopicAlreadyExistsError, lambda: admin.create_topics([NewTopic(t, 3, COPIES)]))
    admin.delete_topics([t])
    until("it is gone", lambda: t not in admin.list_topics())
    refused(errors.UnknownTopicOrPartitionError, lambda: admin.delete_topics([t]))
    refused(errors.InvalidReplicationFactorError, lambda: admin.create_topics([NewTopic(name("bad"), 1, 99)]))
    refused(errors.InvalidTopicError, lambda: admin.create_topics([NewTopic("a/b", 1, COPIES)]))
    refused(errors.InvalidConfigurationError, lambda: admin.create_topics([NewTopic(name("bad"), 1, COPIES, topic_configs={"retention.ms": "x"})]))
    admin.create_topics([NewTopic(name("only"), 1, COPIES)], validate_only=True)


@check("admin: replicas named by the caller")
def _():
    t = name("assigned")
    admin.create_topics([NewTopic(t, -1, -1, replica_assignments={0: [1], 1: [1]})])
    until("two partitions", lambda: len(admin.describe_topics([t])[0]["partitions"]) == 2)
    assert all(p["replicas"] == [1] for p in admin.describe_topics([t])[0]["partitions"])


@check("admin: partitions added")
def _():
    t = topic("grow", 1)
    admin.create_partitions({t: NewPartitions(4)})
    until("four", lambda: len(admin.describe_topics([t])[0]["partitions"]) == 4)
    refused(errors.InvalidPartitionsError, lambda: admin.create_partitions({t: NewPartitions(2)}))


@check("admin: settings told and altered")
def _():
    t = topic("configs", 1, retention_ms="1234567")

    def setting(key):
        answer = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, t)])
        return next(c[1] for r in answer for c in r.resources[0][4] if c[0] == key)

    until("retention.ms", lambda: setting("retention.ms") == "1234567")
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, t, configs={"max.message.bytes": "2000000"})])
    until("max.message.bytes", lambda: setting("max.message.bytes") == "2000000")
    until("retention.ms is the default", lambda: setting("retention.ms") == "604800000")
    node = str(admin.describe_cluster()["controller_id"])
    answer = admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, node)])
    assert len([c for r in answer for c in r.resources[0][4]]) > 10


@check("admin: rules of access are refused without an authorizer")
def _():
    rule = ACLFilter(None, "*", ACLOperation.ANY, ACLPermissionType.ANY, ResourcePattern(ResourceType.TOPIC, "x"))
    refused(errors.SecurityDisabledError, lambda: admin.describe_acls(rule))
    rule = ACL("User:a", "*", ACLOperation.READ, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, "x"))
    equal(54, admin.create_acls([rule])["failed"][0][1].errno)


@check("admin: groups listed, described, their offsets told, deleted")
def _():
    t, group = topic("groups", 2), name("group")
    send(t, values(10))
    m = Member(group, [t])
    until("all is read", lambda: len(m.records) == 10)
    assert (group, "consumer") in admin.list_consumer_groups()
    told = admin.describe_consumer_groups([group])[0]
    equal(("Stable", "consumer", "range", 1), (told.state, told.protocol_type, told.protocol, len(told.members)))
    equal(2, len(told.members[0].member_assignment.assignment[0][1]))
    equal(68, admin.delete_consumer_groups([group])[0][1].errno)
    m.leave()
    offsets = admin.list_consumer_group_offsets(group)
    equal(10, sum(o.offset for o in offsets.values()))
    equal("Empty", admin.describe_consumer_groups([group])[0].state)
    equal(0, admin.delete_consumer_groups([group])[0][1].errno)
    equal("Dead", admin.describe_consumer_groups([group])[0].state)


# --- producers
for codec in [None, "gzip", "snappy", "lz4", "zstd"]:

    @check(f"producer: compression {codec}")
    def _():
        t = topic(f"codec-{codec}")
        p = KafkaProducer(bootstrap_servers=BROKERS, compression_type=codec, linger_ms=20)
        futures = [p.send(t, f"{codec}-{i}".encode()) for i in range(1000)]
        for f in futures:
            f.get(LONGEST_WAIT_S)
        p.close()
        equal(values(1000, f"{codec}-"), contents(t, 1000))


@check("producer: keys, null values, headers, timestamps, offsets back")
def _():
    t = topic("shapes", 3)
    told = producer.send(t, None, key=b"k", headers=[("a", b"1"), ("a", b"2"), ("none", b"")], timestamp_ms=1700000000000, partition=2).get(10)
    equal((2, 0, 1700000000000), (told.partition, told.offset, told.timestamp))
    c = consumer(t)
    r = read(c, 1)[0]
    equal((b"k", None, 1700000000000, [("a", b"1"), ("a", b"2"), ("none", b"")]), (r.key, r.value, r.timestamp, list(r.headers)))
    c.close()


for acks in [0, 1, "all"]:

    @check(f"producer: acks {acks}")
    def _():
        t = topic(f"acks-{acks}")
        p = KafkaProducer(bootstrap_servers=BROKERS, acks=acks)
        send(t, values(20), by=p)
        p.close()
        equal(values(20), contents(t, 20))


@check("producer: too large a message is refused by the broker")
def _():
    t = topic("large")
    p = KafkaProducer(bootstrap_servers=BROKERS, max_request_size=10_000_000)
    refused(errors.MessageSizeTooLargeError, lambda: p.send(t, b"x" * 3_000_000).get(LONGEST_WAIT_S))
    p.send(t, b"x" * 900_000).get(LONGEST_WAIT_S)
    p.close()


@check("producer: a topic makes itself")
def _():
    t = name("self-made")
    send(t, ["one"])
    equal(["one"], contents(t, 1))


# --- consumers
@check("consumer: seek, position, pause, resume")
def _():
    t = topic("seek")
    tp = TopicPartition(t, 0)
    send(t, values(10))
    c = consumer()
    c.assign([tp])
    c.seek(tp, 4)
    equal(values(10)[4:], texts(read(c, 6)))
    equal(10, c.position(tp))
    c.seek_to_beginning(tp)
    equal(10, len(read(c, 10)))
    c.pause(tp)
    send(t, ["while paused"])
    equal([], read(c, 1, 0.7))
    c.resume(tp)
    equal(["while paused"], texts(read(c, 1)))
    c.seek_to_end(tp)
    equal(11, c.position(tp))
    c.seek(tp, 4711)
    equal(11, len(read(c, 11)))  # out of range: back to the earliest
    equal(11, c.highwater(tp))
    c.close()


@check("consumer: beginning, end and offsets for times")
def _():
    t = topic("times", 2)
    tp, other = TopicPartition(t, 0), TopicPartition(t, 1)
    for i in range(10):
        producer.send(t, b"x", partition=0, timestamp_ms=1700000000000 + i * 1000).get(10)
    c = consumer()
    equal({tp: 0, other: 0}, c.beginning_offsets([tp, other]))
    equal({tp: 10, other: 0}, c.end_offsets([tp, other]))
    found = c.offsets_for_times({tp: 1700000003500, other: 0})
    equal((4, 1700000004000), tuple(found[tp])[:2])
    equal(None, found[other])
    equal(None, c.offsets_for_times({tp: 1800000000000})[tp])
    c.close()


@check("consumer: records larger than what it fetches at once")
def _():
    t = topic("small-fetch")
    for i in range(5):
        producer.send(t, bytes([65 + i]) * 100_000).get(10)
    c = consumer(t, fetch_max_bytes=1000, max_partition_fetch_bytes=1000)
    equal([100_000] * 5, [len(r.value) for r in read(c, 5)])
    c.close()


@check("consumer: an unknown topic is waited for, a pattern finds new topics")
def _():
    prefix = name("pattern")
    c = consumer(group_id=name("pattern"), metadata_max_age_ms=500)
    c.subscribe(pattern=f"^{prefix}-.*")
    c.poll(timeout_ms=500)
    for letter in "ab":
        t = f"{prefix}-{letter}"
        admin.create_topics([NewTopic(t, 2, COPIES)])
        send(t, values(10, letter))
    found = texts(read(c, 20))
    equal(sorted(values(10, "a") + values(10, "b")), sorted(found))
    c.close()


@check("consumer: a topic that is not there")
def _():
    c = consumer(allow_auto_create_topics=False) if "allow_auto_create_topics" in KafkaConsumer.DEFAULT_CONFIG else consumer()
    equal(None, c.partitions_for_topic(name("nowhere")))
    c.close()


# --- groups
@check("group: commits by hand with metadata")
def _():
    t, group = topic("commit"), name("commit")
    tp = TopicPartition(t, 0)
    send(t, values(10))
    c = consumer(t, group_id=group, enable_auto_commit=False)
    equal(10, len(read(c, 10)))
    equal(None, c.committed(tp))
    c.commit({tp: OffsetAndMetadata(4, "four")})
    equal((4, "four"), tuple(c.committed(tp, metadata=True))[:2])
    c.commit_async().add_errback(lambda e: None)
    until("the asynchronous one", lambda: c.poll(timeout_ms=50) is not None and c.committed(tp) == 10)
    c.commit({tp: OffsetAndMetadata(6, "")})
    c.close()
    c = consumer(t, group_id=group)
    equal(values(10)[6:], texts(read(c, 4)))
    c.close()


# Its sticky assignor does not encode its own metadata in this release.
for strategy in [RangePartitionAssignor, RoundRobinPartitionAssignor]:

    @check(f"group: three members with {strategy.name} come and go, everything is read")
    def _():
        t, group = topic(f"group-{strategy.name}", 6), name(f"group-{strategy.name}")
        members = []
        for count in [1, 2, 3]:
            members.append(Member(group, [t], partition_assignment_strategy=[strategy]))
            until(f"{count} share", lambda: all(len(m.assigned) == 6 // count for m in members))
        equal(6, len(set().union(*(m.assigned for m in members))))
        send(t, values(300))
        until("all is read", lambda: sum(len(m.records) for m in members) >= 300)
        equal(sorted(values(300)), sorted(texts(r for m in members for r in m.records)))
        members.pop(1).leave()
        until("two share", lambda: all(len(m.assigned) == 3 for m in members))
        for m in members:
            m.leave()
        c = consumer(t, group_id=group)
        equal([], read(c, 1, 3))
        c.close()


@check("group: who does not poll loses its partitions, and heartbeats alone keep a member")
def _():
    t, group = topic("idle", 2), name("idle")
    settings = dict(max_poll_interval_ms=15000, session_timeout_ms=6000)
    quiet = consumer(t, group_id=group, **settings)
    other = Member(group, [t], **settings)
    until("one each", lambda: quiet.poll(timeout_ms=100) is not None and len(quiet.assignment()) == 1 and len(other.assigned) == 1)
    time.sleep(8)  # longer than the session, shorter than the interval between polls
    equal(1, len(other.assigned))
    until("the other has both", lambda: len(other.assigned) == 2)
    until("one each again", lambda: quiet.poll(timeout_ms=100) is not None and len(quiet.assignment()) == 1 and len(other.assigned) == 1)
    quiet.close()
    other.leave()


# --- protocol versions
@check("the broker's version is probed")
def _():
    c = consumer()
    assert c.config["api_version"] >= (2, 5), c.config["api_version"]
    c.close()


def old_version(version):
    """A client that is told the broker's version speaks the requests of that version."""
    t, group = topic("old-" + ".".join(map(str, version))), name("old")
    p = KafkaProducer(bootstrap_servers=BROKERS, api_version=version)
    send(t, values(5), by=p)
    p.close()
    c = consumer(t, group_id=group, api_version=version)
    found = texts(read(c, 5))
    c.commit()
    c.close()
    equal(values(5), found)


# Apache Kafka 4 took the requests of brokers before 2.1 away, record formats of before 0.11 among them; this client's
# requests for 0.11 and later are all still there.
for version in [(0, 11, 0), (1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 1, 0), (2, 3, 0), (2, 5, 0)]:

    @check("as for a broker of version " + ".".join(map(str, version)))
    def _():
        old_version(version)


for version in [(0, 10, 2), (0, 10, 0), (0, 9)]:

    @check("as for a broker of version " + ".".join(map(str, version)) + ": refused, and nobody is harmed")
    def _():
        t = topic("too-old")
        p = KafkaProducer(bootstrap_servers=BROKERS, api_version=version, request_timeout_ms=3000, retries=0, max_block_ms=5000)
        refused(Exception, lambda: p.send(t, b"x").get(10))
        p.close(timeout=5)
        send(t, ["alive"])
        equal(["alive"], contents(t, 1))


# --- brokers die
if CLUSTER:

    @check("a leader is killed under producer and group: nothing lost, in order")
    def _():
        t, group = topic("killed", 3), name("killed")
        m = Member(group, [t])
        until("assigned", lambda: len(m.assigned) == 3)
        victim = admin.describe_topics([t])[0]["partitions"][0]["leader"]
        p = KafkaProducer(bootstrap_servers=BROKERS, acks="all", retries=50, max_in_flight_requests_per_connection=1, retry_backoff_ms=50)
        sent = []
        for i in range(60):
            if i == 15:
                subprocess.run([CLUSTER, "kill", str(victim)], check=True)
            if i == 40:
                subprocess.run([CLUSTER, "restart", str(victim)], check=True)
            now = values(10, f"k{i}-")
            send(t, now, partition=i % 3, by=p)
            sent += now
            time.sleep(0.03)
        p.close()
        until("all is read", lambda: len(set(texts(m.records))) >= len(sent))
        m.leave()
        equal(set(sent), set(texts(m.records)))


producer.close()
admin.close()
sys.exit(1 if failed else 0)
