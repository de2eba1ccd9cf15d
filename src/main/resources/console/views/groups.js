// Groups: who reads, how far behind in records and in time.

import {h, fill, table, count} from '../dom.js';
import {get} from '../net.js';
import {t} from '../words.js';
import {pager} from './pager.js';

const EVERY_MS = 3000;

export function age(seconds) {
  if (seconds < 0) return t('unknown');
  if (seconds < 1) return seconds === 0 ? '–' : '< ' + t('s', {n: 1});
  if (seconds < 120) return t('s', {n: Math.round(seconds)});
  if (seconds < 7200) return t('min', {n: Math.round(seconds / 60)});
  if (seconds < 172800) return t('h', {n: Math.round(seconds / 3600)});
  return t('d', {n: Math.round(seconds / 86400)});
}

export function open(main, {argument}) {
  const body = h('div', {class: 'stack'}, t('loading'));
  let filter = '';
  let from = 0;
  let asked = 0;
  main.append(h('div', {class: 'head'},
    argument ? [h('a', {href: '#/groups'}, t('groups')), h('span', {class: 'soft'}, '/'), h('h1', {}, argument)] : h('h1', {}, t('groups')),
    h('span', {class: 'grow'}),
    argument ? null : h('input', {type: 'search', placeholder: t('filter'), 'aria-label': t('filter'), oninput: (e) => { filter = e.target.value.trim(); from = 0; load(); }})), body);

  async function load() {
    asked = Date.now();
    try {
      if (argument) one(await get('group', {group: argument, from}));
      else list(await get('groups', {filter, from}));
    } catch (failure) {
      fill(body, h('p', {class: 'badtext'}, t('failed', {why: failure.message})));
    }
  }

  function list(page) {
    fill(body, h('div', {class: 'card'}, page.groups.length ? table(
      [[t('group')], [t('type')], [t('state')], [t('coordinator'), 'num'], [t('topics'), 'num'], [t('lag'), 'num'], [t('seconds'), 'num']],
      page.groups.map((g) => ({open: true, cells: [h('a', {href: '#/groups/' + encodeURIComponent(g.id)}, g.id), g.type, g.state, String(g.coordinator), count(g.topics), count(g.lag), age(g.seconds)]})))
      : h('p', {class: 'empty'}, t('nogroups'))),
      pager(page, go));
  }

  function go(to) {
    from = to;
    load();
  }

  function one(g) {
    fill(body,
      h('div', {class: 'card row'}, fact(t('state'), g.state), fact(t('type'), g.type), fact(t('coordinator'), g.coordinator), fact(t('lag'), g.lag ? count(g.lag) : t('uptodate')), fact(t('seconds'), age(g.seconds))),
      h('section', {class: 'card'}, h('h2', {}, t('members')), g.members.length ? table(
        [[t('member')], [t('client')], [t('host')], [t('holds')]], g.members.map((m) => [h('code', {}, m.id), m.client, m.host, m.holds || '–']))
        : h('p', {class: 'soft'}, t('nomembers'))),
      h('section', {class: 'card'}, h('h2', {}, t('lag')), g.total > g.page ? h('p', {class: 'soft'}, t('mostunread')) : null, table(
        [[t('topic')], [t('partition'), 'num'], [t('committed'), 'num'], [t('end'), 'num'], [t('lag'), 'num'], [t('seconds'), 'num']],
        g.lags.map((l) => [h('a', {href: '#/topics/' + encodeURIComponent(l.topic)}, l.topic), String(l.partition), count(l.committed), l.end < 0 ? '–' : count(l.end), l.lag < 0 ? '–' : count(l.lag), age(l.seconds)])),
        pager(g, go)));
  }

  const fact = (words, value) => h('div', {class: 'field'}, h('div', {class: 'soft'}, words), h('b', {}, String(value)));

  return {async beat() { if (Date.now() - asked > EVERY_MS) await load(); }};
}
