// @platformatic/kafka: a client of today in plain JavaScript, which speaks the newest versions of every request itself.
import { assert, brokers, brokersMayDie, check, cluster, finish, names, numbers, pause, sameValues, until } from '../verdicts.mjs';

// It is written for Node.js 22 and later.
Promise.withResolvers ??= () => {
  const self = {};
  self.promise = new Promise((resolve, reject) => Object.assign(self, { resolve, reject }));
  return self;
};

const { Admin, Producer, Consumer, CompressionAlgorithms, ConfigResourceTypes, FetchIsolationLevels, stringSerializers, stringDeserializers } =
  await import(`${process.env.CACHE}/platformatic/node_modules/@platformatic/kafka/dist/index.js`);

const name = names('pkjs');
const common = { clientId: 'platformatic-check', bootstrapBrokers: brokers, retries: 30, retryDelay: 100, metadataMaxAge: 1000 };
const admin = new Admin(common);
const newProducer = (more = {}) => new Producer({ ...common, serializers: stringSerializers, ...more });

/** The protocol's errors that are somewhere below this one. */
const codes = (e) => [e.apiId, ...(e.errors ?? []), e.cause].flatMap((x) => (x && typeof x === 'object' ? codes(x) : x ? [x] : []));
const refused = (code, promise) => assert.rejects(promise, (e) => codes(e).includes(code) || assert.fail(`${code}, not ${codes(e)}: ${e.message}`));

async function topic(what, partitions = 1, configs = []) {
  const made = name(what);
  await admin.createTopics({ topics: [made], partitions, replicas: -1, configs });
  await until('it is known', async () => {
    try {
      const { topics } = await admin.metadata({ topics: [made], forceUpdate: true });
      return topics.get(made).partitions.every((p) => p.leader >= 0);
    } catch {
      return false;
    }
  });
  return made;
}

async function member(groupId, topics, options = {}, consume = {}) {
  const classic = options.groupProtocol !== 'consumer';
  const consumer = new Consumer({
    ...common, groupId, deserializers: stringDeserializers,
    ...(classic ? { sessionTimeout: 6000, heartbeatInterval: 500, rebalanceTimeout: 6000 } : {}), ...options,
  });
  const self = { consumer, read: [], records: [] };
  self.stream = await consumer.consume({ topics, autocommit: 300, mode: 'committed', fallbackMode: 'earliest', maxWaitTime: 200, ...consume });
  self.stream.on('error', (e) => (self.broken = e));
  self.stream.on('data', (message) => {
    self.read.push(message.value);
    self.records.push(message);
  });
  return self;
}

const leave = async (...members) => {
  for (const m of members) {
    await m.stream.close();
    await m.consumer.close();
  }
};
const share = (m) => (m.consumer.assignments ?? []).reduce((sum, a) => sum + a.partitions.length, 0);
const readsAll = (m, count) => until(`${count} records`, () => (m.broken ? assert.fail(m.broken.message) : m.read.length >= count));
const send = (p, t, values, partition) => p.send({ acks: -1, messages: values.map((value) => ({ topic: t, value, ...(partition === undefined ? {} : { partition }) })) });

async function contents(of, count) {
  const m = await member(name('contents'), [of]);
  await readsAll(m, count);
  await pause(300); // more would be wrong too
  await leave(m);
  return m.read;
}

const producer = newProducer();

await check('admin: topics', async () => {
  const t = await topic('admin', 3);
  assert.ok((await admin.listTopics()).includes(t));
  const { topics, brokers: told } = await admin.metadata({ topics: [t] });
  assert.equal(told.size, brokers.length);
  assert.equal(topics.get(t).partitions.length, 3);
  await refused('TOPIC_ALREADY_EXISTS', admin.createTopics({ topics: [t] }));
  await admin.createPartitions({ topics: [{ name: t, count: 5, assignments: null }] });
  await until('five', async () => (await admin.metadata({ topics: [t], forceUpdate: true })).topics.get(t).partitions.length === 5);
  await admin.deleteTopics({ topics: [t] });
  await until('it is gone', async () => !(await admin.listTopics()).includes(t));
});

await check('admin: settings', async () => {
  const t = await topic('configs');
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: t };
  const value = async (key) => (await admin.describeConfigs({ resources: [{ ...resource, configurationKeys: [key] }], includeSynonyms: true }))[0].configs[0].value;
  await admin.incrementalAlterConfigs({ resources: [{ ...resource, configs: [{ name: 'retention.ms', configOperation: 0, value: '1234567' }] }] });
  await until('retention.ms', async () => (await value('retention.ms')) === '1234567');
});

await check('admin: offsets listed, records deleted', async () => {
  const t = await topic('offsets');
  await send(producer, t, numbers(10));
  const at = async (timestamp) => (await admin.listOffsets({ topics: [{ name: t, partitions: [{ partitionIndex: 0, timestamp }] }] }))[0].partitions[0].offset;
  assert.deepEqual([await at(-2n), await at(-1n)], [0n, 10n]);
  const [deleted] = await admin.deleteRecords({ topics: [{ name: t, partitions: [{ partition: 0, offset: 6n }] }] });
  assert.equal(deleted.partitions[0].lowWatermark, 6n);
  assert.equal(await at(-2n), 6n);
});

await check('admin: folders and quotas', async () => {
  const t = await topic('dirs');
  const dirs = await admin.describeLogDirs({ topics: [{ name: t, partitions: [0] }] });
  assert.equal(dirs.length, brokers.length);
  assert.deepEqual(await admin.describeClientQuotas({ components: [{ entityType: 'client-id', matchType: 0, match: 'nobody' }] }), []);
});

await check('admin: groups', async () => {
  const [t, groupId] = [await topic('groups', 2), name('groups')];
  await send(producer, t, numbers(10));
  const m = await member(groupId, [t]);
  await readsAll(m, 10);
  assert.ok((await admin.listGroups()).has(groupId));
  const told = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
  assert.equal(told.members.size, 1);
  assert.equal(told.state.toUpperCase(), 'STABLE');
  await leave(m);
  await admin.alterConsumerGroupOffsets({ groupId, topics: [{ name: t, partitionOffsets: [{ partition: 0, offset: 3n }] }] });
  const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId] });
  assert.equal(group.topics[0].partitions.find((p) => p.partitionIndex === 0).committedOffset, 3n);
  await admin.deleteGroups({ groups: [groupId] });
  await refused('GROUP_ID_NOT_FOUND', admin.deleteGroups({ groups: [groupId] }));
});

for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  // zstd comes with Node.js from 22.15 on.
  if (!CompressionAlgorithms[codec.toUpperCase()] && codec !== 'none') continue;
  if (codec === 'zstd' && !(await import('node:zlib')).zstdCompressSync) continue;
  await check(`producer: compression ${codec}`, async () => {
    const t = await topic(`codec-${codec}`);
    const p = newProducer({ compression: codec });
    await send(p, t, numbers(500, codec));
    await p.close();
    assert.deepEqual(await contents(t, 500), numbers(500, codec));
  });
}

await check('producer: idempotent', async () => {
  const t = await topic('idempotent', 2);
  const p = newProducer({ idempotent: true });
  for (let i = 0; i < 20; i++) await send(p, t, numbers(5, `i${i}-`));
  await p.close();
  sameValues(await contents(t, 100), Array.from({ length: 20 }, (_, i) => numbers(5, `i${i}-`)).flat());
});

await check('producer: keys, nulls, headers, timestamps', async () => {
  const t = await topic('shapes', 2);
  await producer.send({ acks: -1, messages: [{ topic: t, key: 'k', value: undefined, partition: 1, timestamp: 1_700_000_000_000n, headers: { a: 'b' } }] });
  const m = await member(name('shapes'), [t]);
  await readsAll(m, 1);
  await leave(m);
  const [r] = m.records;
  assert.deepEqual([r.key, r.partition, r.timestamp, r.headers.get('a')], ['k', 1, 1_700_000_000_000n, 'b']);
});

await check('transaction: what is committed is seen, offsets go with it', async () => {
  const [from, to, groupId] = [await topic('txn-from'), await topic('txn-to', 3), name('txn')];
  await send(producer, from, numbers(10));
  const m = await member(groupId, [from], {}, { autocommit: false });
  await readsAll(m, 10);
  const p = newProducer({ transactionalId: name('txn'), idempotent: true });
  for (const how of ['abort', 'commit', 'abort', 'commit']) {
    const txn = await p.beginTransaction();
    await txn.addConsumer(m.consumer);
    await txn.send({ messages: numbers(20, how).map((value) => ({ topic: to, value })) });
    await txn.addOffset(m.records[how === 'commit' ? 6 : 2]);
    await txn[how]();
  }
  await p.close();
  const [group] = await admin.listConsumerGroupOffsets({ groups: [groupId], requireStable: true });
  assert.equal(group.topics[0].partitions[0].committedOffset, 7n);
  await leave(m);
  // It takes out only a part of what was aborted, so the committed records are counted.
  const reader = await member(name('contents'), [to], {}, { isolationLevel: FetchIsolationLevels.READ_COMMITTED });
  await until('forty committed records', () => reader.read.filter((v) => v.startsWith('commit')).length === 40);
  await leave(reader);
});

for (const options of [{}, { groupProtocol: 'consumer' }]) {
  const protocol = options.groupProtocol ?? 'classic';
  await check(`group, ${protocol}: members come and go, everything is read`, async () => {
    const [t, groupId] = [await topic('group', 6), name('group')];
    const members = [];
    for (const each of [6, 3, 2]) {
      members.push(await member(groupId, [t], options));
      await until(`${each} each, not ${members.map(share)}`, () => members.every((m) => share(m) === each));
    }
    await send(producer, t, numbers(300));
    const all = () => members.flatMap((m) => m.read);
    // It reads again what it had not committed when partitions moved.
    await until('all is read', () => new Set(all()).size >= 300);
    sameValues(new Set(all()), numbers(300));
    const [gone] = members.splice(1, 1);
    await leave(gone);
    await until('three each', () => members.every((m) => share(m) === 3));
    await leave(...members);
    const next = await member(groupId, [t], options);
    await pause(1000);
    assert.equal(next.read.length, 0);
    await leave(next);
  });
}

if (brokersMayDie) {
  await check('a broker is killed under a producer and a group: nothing lost', async () => {
    const t = await topic('killed', 3);
    const m = await member(name('killed'), [t]);
    await until('assigned', () => share(m) === 3);
    const victim = (await admin.metadata({ topics: [t], forceUpdate: true })).topics.get(t).partitions[0].leader;
    const p = newProducer();
    const sent = [];
    for (let i = 0; i < 60; i++) {
      if (i === 15) cluster('kill', victim);
      if (i === 40) cluster('restart', victim);
      const values = numbers(10, `k${i}-`);
      await send(p, t, values, i % 3);
      sent.push(...values);
      await pause(20);
    }
    await p.close();
    const read = new Set(m.read);
    if (m.broken) console.log(`      its stream ended: ${m.broken.message}; read on by another`);
    await leave(m).catch(() => {});
    sameValues([...new Set(await contents(t, sent.length))], sent);
    assert.ok(read.size > 0);
  });
}

await producer.close();
await admin.close();
finish();
