// The frame around all views: what is asked of the node how often, and which view is shown.

import {h, fill} from './dom.js';
import {get} from './net.js';
import {t, tn, speak, currentLanguage, stored, store} from './words.js';
import * as map from './views/map.js';
import * as topics from './views/topics.js';
import * as groups from './views/groups.js';
import * as clients from './views/clients.js';
import * as charts from './views/charts.js';
import * as moves from './views/moves.js';
import * as events from './views/events.js';
import * as health from './views/health.js';

const VIEWS = {map, topics, groups, clients, charts, moves, events, health};
const PULSE_MS = 500;
const HIDDEN_MS = 5000;
const EVENTS_KEPT = 500;

/** What all views may know; a view gets it with every beat. */
const state = {pulse: null, events: [], lastEvent: 0, silent: false, findings: []};
let view = null;
let shown = null;
let route = '';

function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = path.split('/').map(decodeURIComponent);
  return {name: name in VIEWS ? name : 'map', argument: rest.join('/'), values: new URLSearchParams(query)};
}

function show() {
  const {name, argument, values} = parse();
  const main = document.getElementById('main');
  shown?.close?.();
  view = name;
  main.replaceChildren();
  shown = VIEWS[name].open(main, {argument, values, state});
  frame();
  if (state.pulse) shown.beat(state, true);
  document.title = t(name) + (argument ? ' · ' + argument : '') + ' – Dure';
}

/** The bar on top and the list of views; only rebuilt when what they say has changed. */
let framed = '';
function frame() {
  const p = state.pulse;
  const [kind, words] = summary(p);
  const bad = state.findings.filter((f) => f.severity === 'HIGH').length;
  const all = state.findings.filter((f) => f.severity !== 'LOW').length;
  const now = JSON.stringify([kind, words, view, bad, all, p?.cluster, p?.node, p?.write, p?.moving, currentLanguage(), state.silent]);
  if (now === framed) return;
  framed = now;
  const focused = document.activeElement?.id;
  fill(document.getElementById('top'),
    h('span', {class: 'brand'}, h('img', {src: 'mark.svg', alt: ''}), 'Dure'),
    h('span', {class: 'pill ' + kind, role: 'status', id: 'summary'}, words),
    h('span', {class: 'grow'}),
    p ? h('span', {class: 'soft'}, t('node', {node: p.node}) + (p.write ? '' : ' · ' + t('readonly'))) : null,
    p?.cluster ? h('span', {class: 'soft mono', title: 'cluster'}, p.cluster.slice(0, 8)) : null,
    h('select', {id: 'language', 'aria-label': t('language'), onchange: (e) => { speak(e.target.value); framed = ''; show(); }},
      [['en', 'English'], ['ko', '한국어']].map(([code, name]) => h('option', {value: code, selected: code === currentLanguage()}, name))),
    h('button', {id: 'theme', class: 'plain', 'aria-label': t('theme'), title: t('theme'), onclick: turn}, '◐'));
  const nav = document.getElementById('nav');
  nav.setAttribute('aria-label', t('views'));
  fill(nav, Object.keys(VIEWS).map((name, i) => {
    const n = name === 'health' ? all : name === 'moves' ? p?.moving ?? 0 : 0;
    return h('a', {id: 'to-' + name, href: '#/' + name, 'aria-current': name === view ? 'page' : null},
      t(name), n > 0 ? h('span', {class: 'count' + (bad && name === 'health' ? ' bad' : '')}, String(n)) : h('kbd', {'aria-hidden': 'true'}, String(i + 1)));
  }));
  document.getElementById('skip').textContent = t('skip');
  if (focused) document.getElementById(focused)?.focus();
}

function summary(p) {
  if (state.silent) return ['bad', t('gone')];
  if (!p) return ['warn', t('loading')];
  const away = p.brokers.filter((b) => !b.live).map((b) => b.id);
  if (p.waitsFor.length && !p.brokers.length) return ['warn', t('starting')];
  if (p.offline) return ['bad', tn('offline', p.offline)];
  if (!p.quorum || p.quorum.leader < 0) return ['bad', t('nocontroller')];
  if (away.length) return ['warn', tn('away', away.length, {list: away.join(', ')})];
  if (p.behind) return ['warn', tn('behind', p.behind)];
  if (p.moving) return ['good', tn('moving', p.moving)];
  return ['good', t('well')];
}

function turn() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  store('theme', document.documentElement.dataset.theme);
}

async function beat() {
  try {
    const pulse = await get('pulse', {after: state.lastEvent});
    if (state.pulse && (pulse.node !== state.pulse.node || pulse.cluster !== state.pulse.cluster)) location.reload();
    const fresh = pulse.events.filter((e) => e.id > state.lastEvent);
    if (fresh.length) {
      state.events = state.events.concat(fresh).slice(-EVENTS_KEPT);
      state.lastEvent = fresh.at(-1).id;
    }
    const changed = !state.pulse || state.pulse.image !== pulse.image || state.silent;
    state.silent = false;
    state.pulse = pulse;
    frame();
    await shown.beat(state, changed);
  } catch (failure) {
    if (!state.silent) console.warn(failure);
    state.silent = true;
    // A broker that was started anew counts its events from one.
    state.lastEvent = 0;
    state.events = [];
    frame();
    await shown.beat(state, false).catch?.(() => {});
  } finally {
    setTimeout(beat, document.hidden ? HIDDEN_MS : PULSE_MS);
  }
}

async function diagnose() {
  try {
    state.findings = (await get('findings')).findings;
  } catch { /* told by the pulse */ }
  setTimeout(diagnose, document.hidden ? 60_000 : 5_000);
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector('dialog[open]')) return;
  const name = Object.keys(VIEWS)[Number(event.key) - 1];
  if (name) location.hash = '#/' + name;
});

document.addEventListener('visibilitychange', () => { if (!document.hidden && state.pulse) shown.beat(state, true); });
addEventListener('hashchange', () => { if (location.hash !== route) { route = location.hash; show(); document.getElementById('main').focus({preventScroll: true}); } });

if (stored('theme')) document.documentElement.dataset.theme = stored('theme');
speak(currentLanguage());
route = location.hash;
show();
beat();
diagnose();
