// Clients: what they tell of themselves (KIP-714), where a subscription asks for it.

import {h, fill, table, count} from '../dom.js';
import {get} from '../net.js';
import {t} from '../words.js';
import {age} from './groups.js';

const EVERY_MS = 3000;
const MS = (n) => n === undefined ? '–' : t('ms', {n: n < 10 ? n.toFixed(1) : Math.round(n)});
const RATE = (n) => n === undefined ? '–' : t('persecond', {n: n < 10 ? n.toFixed(1) : count(n)});

/** Labels that say something to people; the others are shown where the pointer rests. */
const KNOWN = ([name]) => ['group_id', 'transactional_id', 'client_rack'].includes(name);
const ALL = () => true;

function told(labels, which) {
  return Object.entries(labels).filter(which).map(([name, value]) => name + ' ' + value);
}

export function open(main) {
  const body = h('div', {class: 'stack'}, t('loading'));
  let filter = '';
  let asked = 0;
  main.append(h('div', {class: 'head'}, h('h1', {}, t('clients')), h('span', {class: 'grow'}),
    h('input', {type: 'search', placeholder: t('filter'), 'aria-label': t('filter'), oninput: (e) => { filter = e.target.value.trim(); load(); }})), body);

  async function load() {
    asked = Date.now();
    try {
      list(await get('clients', {filter}));
    } catch (failure) {
      fill(body, h('p', {class: 'badtext'}, t('failed', {why: failure.message})));
    }
  }

  function list({nodes, most}) {
    const all = nodes.flatMap(({node, clients}) => clients.map((c) => ({...c, node})));
    all.sort((a, b) => a.client.localeCompare(b.client) || a.instance.localeCompare(b.instance));
    fill(body, all.length ? h('div', {class: 'card'}, table(
      [[t('client')], [t('library')], [t('host')], [t('node_'), 'num'], [t('c_produce'), 'num'], [t('fetches'), 'num'], [t('c_requests'), 'num'],
        [t('written_'), 'num'], [t('read_'), 'num'], [t('lag'), 'num'], [t('heard'), 'num']],
      all.map((c) => [
        h('span', {title: [c.instance, ...told(c.labels, ALL)].join('\n')}, c.client || '–', h('div', {class: 'soft'}, told(c.labels, KNOWN).join(' · '))),
        c.software, c.address, String(c.node), MS(c.figures.produceMs), MS(c.figures.fetchMs), RATE(c.figures.requestsPerSecond),
        RATE(c.figures.writtenPerSecond), RATE(c.figures.readPerSecond), c.figures.lag === undefined ? '–' : count(c.figures.lag), age(c.silentMs / 1000)])))
      : h('p', {class: 'empty'}, t('noclients')),
    nodes.some(({clients}) => clients.length >= most) ? h('p', {class: 'soft'}, t('mostclients', {n: most})) : null);
  }

  return {async beat() { if (Date.now() - asked > EVERY_MS) await load(); }};
}
