// Throughput and latency of the last minutes: sums over the brokers, times of the slowest of them.

import {h, svg, fill, count, bytes, clock} from '../dom.js';
import {get} from '../net.js';
import {t} from '../words.js';

const EVERY_MS = 2000;
const SPAN_MS = 15 * 60_000;
const H = 160;
const LEFT = 52;

const per = (format) => (n) => t('persecond', {n: format(n)});
const ms = (n) => t('ms', {n: n >= 100 ? Math.round(n) : n.toFixed(1)});
const CHARTS = [
  {key: 'c_records', lines: [['records', 'sum']], format: per(count)},
  {key: 'c_bytes', lines: [['inBytes', 'sum', 'written_'], ['outBytes', 'sum', 'read_']], format: per(bytes)},
  {key: 'c_commit', lines: [['commitP50', 'max', 'p50'], ['commitP99', 'max', 'p99']], format: ms},
  {key: 'c_produce', lines: [['produceP50', 'max', 'p50'], ['produceP99', 'max', 'p99']], format: ms},
  {key: 'c_flush', lines: [['flushP99', 'max', 'p99']], format: ms},
  {key: 'c_requests', lines: [['requests', 'sum']], format: per(count)},
  {key: 'c_connections', lines: [['connections', 'sum']], format: count},
  {key: 'c_heap', lines: [['heapMb', 'sum']], format: (n) => bytes(n * 1048576)},
];

export function open(main) {
  const nodes = new Map(); // node -> rows, each an object by column
  let asked = 0;
  const note = h('p', {class: 'soft'}, t('worst'));
  const missing = h('p', {class: 'warntext'});
  const grid = h('div', {class: 'charts'}, t('nonumbers'));
  main.append(h('div', {class: 'head'}, h('h1', {}, t('charts'))), note, missing, grid);
  const drawn = CHARTS.map((chart) => ({chart, box: h('section', {class: 'card chart', 'aria-label': t(chart.key)})}));

  async function load(state) {
    asked = Date.now();
    const since = Math.max(0, ...[...nodes.values()].map((rows) => rows.at(-1)?.t ?? 0)) - 3 * EVERY_MS;
    let answer;
    try { answer = await get('numbers', {since: nodes.size ? Math.max(0, since) : 0}); } catch { return; }
    for (const {node, history} of answer.nodes) {
      const rows = nodes.get(node) ?? [];
      const newest = rows.at(-1)?.t ?? 0;
      for (const row of history.rows) if (row[0] > newest) rows.push(Object.fromEntries(history.columns.map((c, i) => [c, row[i]])));
      nodes.set(node, rows.filter((r) => r.t > Date.now() - SPAN_MS - 60_000));
    }
    const answered = new Set(answer.nodes.filter((n) => n.history.rows.length || nodes.get(n.node)?.length).map((n) => n.node));
    const silent = state.pulse.brokers.map((b) => b.id).filter((id) => !answered.has(id));
    missing.textContent = silent.length ? t('without', {list: silent.join(', ')}) : '';
    draw();
  }

  function draw() {
    const slots = join([...nodes.values()]);
    if (slots.length < 2) return;
    if (!grid.firstElementChild) fill(grid, drawn.map((d) => d.box));
    for (const {chart, box} of drawn) paint(chart, box, slots);
  }

  return {async beat(state) { if (!state.silent && Date.now() - asked > EVERY_MS - 200) await load(state); }};
}

/** Rows of several brokers, put together by time in steps of the sampling. */
function join(all) {
  const slots = new Map();
  for (const rows of all) {
    for (const row of rows) {
      const at = Math.round(row.t / EVERY_MS);
      const slot = slots.get(at) ?? {t: at * EVERY_MS, sum: {}, max: {}};
      for (const [name, value] of Object.entries(row)) {
        slot.sum[name] = (slot.sum[name] ?? 0) + value;
        slot.max[name] = Math.max(slot.max[name] ?? 0, value);
      }
      slots.set(at, slot);
    }
  }
  // The newest moment may lack brokers that have not told yet.
  return [...slots.values()].sort((a, b) => a.t - b.t).slice(0, -1);
}

function nice(top) {
  if (top <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(top));
  return unit * [1, 2, 5, 10].find((k) => unit * k >= top);
}

function paint(chart, box, slots) {
  const W = Math.max(240, box.clientWidth - 36); // a unit is a pixel: letters keep their shape
  const end = slots.at(-1).t;
  const begin = Math.max(slots[0].t, end - SPAN_MS);
  const seen = slots.filter((s) => s.t >= begin);
  const value = (slot, [name, how]) => slot[how][name] ?? 0;
  const top = nice(Math.max(0, ...seen.flatMap((s) => chart.lines.map((line) => value(s, line)))));
  const x = (time) => LEFT + (W - LEFT) * (time - begin) / Math.max(1, end - begin);
  const y = (n) => H - 18 - (H - 30) * n / top;
  const picture = svg('svg', {viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': t(chart.key) + ': ' + chart.lines.map((line) => chart.format(value(seen.at(-1), line))).join(', ')});
  for (const share of [0, 0.5, 1]) {
    const label = svg('text', {x: LEFT - 6, y: y(top * share) + 3, 'text-anchor': 'end'});
    label.textContent = chart.format(top * share);
    picture.append(svg('line', {class: 'grid', x1: LEFT, x2: W, y1: y(top * share), y2: y(top * share)}), label);
  }
  for (const [time, anchor] of [[begin, 'start'], [end, 'end']]) {
    const label = svg('text', {x: x(time), y: H - 3, 'text-anchor': anchor});
    label.textContent = clock(time);
    picture.append(label);
  }
  chart.lines.forEach((line, i) => {
    const points = seen.map((s) => `${x(s.t).toFixed(1)},${y(value(s, line)).toFixed(1)}`);
    if (chart.lines.length === 1) picture.append(svg('path', {class: 'area', d: `M${LEFT},${y(0)}L${points.join('L')}L${x(end)},${y(0)}Z`}));
    picture.append(svg('path', {class: i === 0 ? 'a' : 'b', d: 'M' + points.join('L')}));
  });
  fill(box, h('h2', {}, t(chart.key), h('span', {}, chart.lines.map((line) => chart.format(value(seen.at(-1), line))).join(' · '))), picture,
    chart.lines.length > 1 ? h('div', {class: 'key'}, chart.lines.map((line, i) => h('span', {}, h('i', {class: i === 0 ? 'a' : 'b'}), t(line[2])))) : null);
}
