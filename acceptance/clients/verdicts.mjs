// Shared by the checks written in JavaScript: one line per check, every one with a bound of its own.
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

export { assert };
export const brokers = process.env.BOOTSTRAP.split(',');
export const brokersMayDie = Boolean(process.env.CLUSTER);

const LONGEST_CHECK_MS = 90_000;
let failed = 0;

/** A package that was installed for this client. */
export const installed = (client, name) => createRequire(`${process.env.CACHE}/${client}/package.json`)(name);

/** Runs one check (with ONLY set: if its name has that); what it throws, or that it does not end, is its failure. */
export async function check(name, body) {
  if (!name.includes(process.env.ONLY ?? '')) return;
  let timer;
  const tooLong = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${LONGEST_CHECK_MS} ms`)), LONGEST_CHECK_MS);
  });
  try {
    await Promise.race([body(), tooLong]);
    console.log(`ok    ${name}`);
  } catch (e) {
    failed++;
    console.log(`FAIL  ${name}: ${String(e?.message ?? e).replaceAll('\n', ' ').slice(0, 400)} ${e?.type ?? e?.code ?? ''}`);
    if (process.env.VERBOSE) console.log(e);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends the process: with 1 when a check has failed. */
export const finish = () => process.exit(failed ? 1 : 0);

/** kill, restart, freeze, wake. */
export const cluster = (what, node) => execFileSync(process.env.CLUSTER, [what, String(node)], { stdio: 'inherit' });

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Waits until it is so. */
export async function until(what, condition, ms = 30_000) {
  for (const end = Date.now() + ms; Date.now() < end; await pause(50)) {
    if (await condition()) return;
  }
  assert.fail(`not within ${ms} ms: ${what}`);
}

export const names = (prefix) => {
  let next = 0;
  return (what) => `${prefix}-${process.pid}-${what}-${next++}`;
};

export const numbers = (count, prefix = 'v') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** The same values, each once, in whatever order. */
export const sameValues = (actual, expected) => assert.deepEqual([...actual].sort(), [...expected].sort());
