// confluent's JavaScript client: the newest librdkafka behind the interface of kafkajs; both group protocols.
import { assert, brokers, brokersMayDie, check, cluster, finish, installed, names, numbers, pause, sameValues, until } from '../verdicts.mjs';

const { Kafka, logLevel, CompressionTypes, ErrorCodes } = installed('confluent', '@confluentinc/kafka-javascript').KafkaJS;
const name = names('ckjs');
const kafka = new Kafka({ kafkaJS: { clientId: 'confluent-check', brokers, logLevel: logLevel.NOTHING } });
const admin = kafka.admin();

async function newProducer(more = {}, outer = {}) {
  const p = kafka.producer({ kafkaJS: { ...more }, 'linger.ms': 2, ...outer });
  await p.connect();
  return p;
}

async function topic(what, numPartitions = 1, configEntries = []) {
  const made = name(what);
  await admin.createTopics({ topics: [{ topic: made, numPartitions, configEntries }] });
  await until('it is known', async () => {
    try {
      const [t] = await admin.fetchTopicMetadata({ topics: [made] });
      return t.partitions.length === numPartitions && t.partitions.every((p) => p.leader >= 0);
    } catch {
      return false;
    }
  });
  return made;
}

async function member(groupId, topics, options = {}, outer = {}, run = {}) {
  const classic = outer['group.protocol'] !== 'consumer';
  const consumer = kafka.consumer({ kafkaJS: { groupId, fromBeginning: true, autoCommitInterval: 500, ...options },
    ...(classic ? { 'session.timeout.ms': 6000 } : {}), ...outer });
  const self = { consumer, read: [], records: [] };
  await consumer.connect();
  await consumer.subscribe({ topics });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      self.read.push(message.value?.toString() ?? null);
      self.records.push({ partition, ...message });
    },
    ...run,
  });
  return self;
}

const leave = async (...members) => {
  for (const m of members) await m.consumer.disconnect();
};
const readsAll = (m, count) => until(`${count} records`, () => m.read.length >= count);
const send = (p, t, values, partition) => p.send({ topic: t, messages: values.map((value) => ({ value, partition })) });

async function contents(of, count, readUncommitted = false) {
  const m = await member(name('contents'), [of], { readUncommitted });
  await readsAll(m, count);
  await pause(300); // more would be wrong too
  await leave(m);
  return m.read;
}

await admin.connect();
const producer = await newProducer();

await check('admin: topics', async () => {
  const t = await topic('admin', 3, [{ name: 'retention.ms', value: '1234567' }]);
  assert.ok((await admin.listTopics()).includes(t));
  const [told] = await admin.fetchTopicMetadata({ topics: [t], includeAuthorizedOperations: true });
  assert.equal(told.partitions.length, 3);
  assert.ok(told.topicId);
  await assert.rejects(admin.createTopics({ topics: [{ topic: 'a/b' }] }));
  await admin.deleteTopics({ topics: [t] });
  await until('it is gone', async () => !(await admin.listTopics()).includes(t));
});

await check('admin: offsets, by time, records deleted', async () => {
  const t = await topic('offsets', 1);
  await producer.send({ topic: t, messages: numbers(10).map((value, i) => ({ value, timestamp: String(1_700_000_000_000 + i * 1000) })) });
  // It passes over a partition's error, which a leader gives that has only just been appointed.
  await until('0 and 10', async () => {
    const [at] = await admin.fetchTopicOffsets(t);
    return at.low === '0' && at.high === '10';
  });
  assert.equal((await admin.fetchTopicOffsetsByTimestamp(t, 1_700_000_003_500))[0].offset, '4');
  const [deleted] = await admin.deleteTopicRecords({ topic: t, partitions: [{ partition: 0, offset: '6' }] });
  assert.equal(String(deleted.lowWatermark), '6');
});

await check('admin: groups', async () => {
  const [t, groupId] = [await topic('groups', 2), name('groups')];
  await send(producer, t, numbers(10));
  const m = await member(groupId, [t]);
  await readsAll(m, 10);
  assert.ok((await admin.listGroups()).groups.some((g) => g.groupId === groupId));
  const [told] = (await admin.describeGroups([groupId], { includeAuthorizedOperations: true })).groups;
  assert.equal(told.members.length, 1);
  await leave(m);
  const [offsets] = await admin.fetchOffsets({ groupId, topics: [t] });
  assert.equal(offsets.partitions.reduce((sum, p) => sum + Number(p.offset), 0), 10);
  await admin.deleteGroups([groupId]);
  await assert.rejects(admin.deleteGroups([groupId]));
});

for (const codec of ['NONE', 'GZIP', 'SNAPPY', 'LZ4', 'ZSTD']) {
  await check(`producer: compression ${codec}`, async () => {
    const t = await topic(`codec-${codec}`);
    const p = await newProducer({ compression: CompressionTypes[codec] ?? 'none' });
    await send(p, t, numbers(500, codec));
    await p.disconnect();
    assert.deepEqual(await contents(t, 500), numbers(500, codec));
  });
}

await check('producer: keys, nulls, headers, timestamps', async () => {
  const t = await topic('shapes', 2);
  await producer.send({ topic: t, messages: [{ key: 'k', value: null, partition: 1, timestamp: '1700000000000', headers: { a: 'b', many: ['1', '2'] } }] });
  const m = await member(name('shapes'), [t]);
  await readsAll(m, 1);
  await leave(m);
  const [r] = m.records;
  assert.deepEqual([r.key.toString(), r.value, r.timestamp, r.partition, r.headers.a.toString(), r.headers.many.map(String)],
    ['k', null, '1700000000000', 1, 'b', ['1', '2']]);
});

await check('producer: too large a message is refused by the broker', async () => {
  const t = await topic('large');
  const p = await newProducer({}, { 'message.max.bytes': 10_000_000 });
  await assert.rejects(send(p, t, ['x'.repeat(3_000_000)]), (e) => e.code === ErrorCodes.ERR_MSG_SIZE_TOO_LARGE);
  await send(p, t, ['x'.repeat(900_000)]);
  await p.disconnect();
});

await check('transaction: committed is seen, aborted is not, offsets go with it', async () => {
  const [from, to, groupId] = [await topic('txn-from'), await topic('txn-to', 3), name('txn')];
  await send(producer, from, numbers(10));
  const m = await member(groupId, [from], { autoCommit: false });
  await readsAll(m, 10);
  const p = await newProducer({ transactionalId: name('txn') });
  const committed = async () => (await admin.fetchOffsets({ groupId, topics: [from] }))[0]?.partitions[0]?.offset ?? 'none';
  for (const [how, expected] of [['abort', 'none'], ['commit', '7']]) {
    const txn = await p.transaction();
    await txn.send({ topic: to, messages: numbers(20, how).map((value) => ({ value })) });
    await txn.sendOffsets({ consumer: m.consumer, topics: [{ topic: from, partitions: [{ partition: 0, offset: '7' }] }] });
    await txn[how]();
    await until(`${how}: ${expected}`, async () => String(await committed()) === expected, 5000);
  }
  await leave(m);
  await p.disconnect();
  sameValues(await contents(to, 20), numbers(20, 'commit'));
  assert.equal((await contents(to, 40, true)).length, 40);
});

await check('transaction: a second producer fences the first', async () => {
  const [t, transactionalId] = [await topic('fence'), name('fence')];
  const old = await newProducer({ transactionalId });
  const txn = await old.transaction();
  await txn.send({ topic: t, messages: [{ value: 'old' }] });
  const young = await newProducer({ transactionalId });
  const next = await young.transaction();
  await next.send({ topic: t, messages: [{ value: 'young' }] });
  await next.commit();
  await assert.rejects(txn.commit(), (e) => e.code === ErrorCodes.ERR__FENCED);
  await old.disconnect();
  await young.disconnect();
  assert.deepEqual(await contents(t, 1), ['young']);
});

for (const outer of [{}, { 'group.protocol': 'consumer' }]) {
  const protocol = outer['group.protocol'] ?? 'classic';
  await check(`group, ${protocol}: members come and go, everything is read`, async () => {
    const [t, groupId] = [await topic('group', 6), name('group')];
    const members = [];
    for (const each of [6, 3, 2]) {
      members.push(await member(groupId, [t], {}, outer));
      await until(`${each} each`, () => members.every((m) => m.consumer.assignment().length === each));
    }
    await send(producer, t, numbers(300));
    const all = () => members.flatMap((m) => m.read);
    await until('all is read', () => all().length >= 300);
    sameValues(all(), numbers(300));
    const [gone] = members.splice(1, 1);
    await leave(gone);
    await until('three each', () => members.every((m) => m.consumer.assignment().length === 3));
    await leave(...members);
  });

  await check(`group, ${protocol}: pause, resume, seek, commits by hand`, async () => {
    const [t, groupId] = [await topic('seek'), name('seek')];
    await send(producer, t, numbers(5));
    const m = await member(groupId, [t], { autoCommit: false }, outer);
    await readsAll(m, 5);
    m.consumer.pause([{ topic: t }]);
    await send(producer, t, ['paused']);
    await pause(700);
    assert.equal(m.read.length, 5);
    m.consumer.resume([{ topic: t }]);
    await readsAll(m, 6);
    m.consumer.seek({ topic: t, partition: 0, offset: '2' });
    await readsAll(m, 10);
    await m.consumer.commitOffsets([{ topic: t, partition: 0, offset: '4' }]);
    await leave(m);
    const next = await member(groupId, [t], {}, outer);
    await readsAll(next, 2);
    await leave(next);
    assert.deepEqual(next.read, ['v4', 'paused']);
  });

  if (brokersMayDie) {
    await check(`a broker is killed under a producer and a group, ${protocol}: nothing lost`, async () => {
      const t = await topic('killed', 3);
      const m = await member(name('killed'), [t], {}, outer);
      await until('assigned', () => m.consumer.assignment().length === 3);
      const victim = (await admin.fetchTopicMetadata({ topics: [t] }))[0].partitions[0].leader;
      const p = await newProducer({ idempotent: true, retry: { retries: 1000 } });
      const sent = [];
      for (let i = 0; i < 60; i++) {
        if (i === 15) cluster('kill', victim);
        if (i === 40) cluster('restart', victim);
        const values = numbers(10, `k${i}-`);
        await send(p, t, values, i % 3);
        sent.push(...values);
        await pause(20);
      }
      await p.disconnect();
      await until('all is read', () => new Set(m.read).size >= sent.length);
      await leave(m);
      sameValues(await contents(t, sent.length), sent);
    });
  }
}

await producer.disconnect();
await admin.disconnect();
finish();
