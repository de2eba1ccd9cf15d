// Asks the Prometheus at PROMETHEUS; ends with 1 and a word when the answer is not what it should be, each wait with a bound.
//   ask.mjs dashboard FILE   every query of the dashboard finds at least one number
//   ask.mjs quiet            no alert is pending or firing
//   ask.mjs firing NAME      the alert fires
import { readFileSync } from 'node:fs';

const LONGEST_MS = 120_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const ask = async (path) => {
  const answer = await (await fetch(`${process.env.PROMETHEUS}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) })).json();
  if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
  return answer.data;
};

/** Asks again until `wrong` finds nothing; what it found last is the failure. */
async function untilRight(wrong) {
  let found;
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await pause(500)) {
    try {
      found = await wrong();
    } catch (e) {
      found = String(e.cause?.message ?? e.message);
    }
    if (!found) return;
  }
  console.error(found);
  process.exit(1);
}

const queries = (file) => {
  const found = [];
  const walk = (node) => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node && typeof node === 'object') {
      if (typeof node.expr === 'string') found.push(node.expr.replaceAll('$job', 'dure'));
      Object.values(node).forEach(walk);
    }
  };
  walk(JSON.parse(readFileSync(file, 'utf8')));
  return [...new Set(found)];
};

const finds = async (query) => {
  const { result } = await ask(`query?query=${encodeURIComponent(query)}`);
  return result.some(({ value }) => Number.isFinite(Number(value[1])));
};

const [what, argument] = process.argv.slice(2);
switch (what) {
  case 'dashboard':
    await untilRight(async () => {
      const empty = [];
      for (const query of queries(argument)) if (!(await finds(query))) empty.push(query);
      return empty.length && `nothing is found by ${empty.join('; ')}`;
    });
    break;
  case 'quiet':
    await untilRight(async () => {
      const { activeTargets } = await ask('targets?state=active');
      const { alerts } = await ask('alerts');
      const missing = activeTargets.filter((target) => target.health !== 'up').map((target) => `${target.scrapeUrl} is ${target.health}`);
      return [...missing, ...alerts.map((alert) => `${alert.labels.alertname} ${alert.state}`)].join(', ');
    });
    break;
  case 'firing':
    await untilRight(async () => {
      const { alerts } = await ask('alerts');
      const states = alerts.map((alert) => `${alert.labels.alertname} ${alert.state}`);
      return !states.includes(`${argument} firing`) && `only: ${states.join(', ') || 'none'}`;
    });
    break;
  default:
    console.error(`unknown: ${what}`);
    process.exit(2);
}
