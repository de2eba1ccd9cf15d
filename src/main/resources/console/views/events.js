// What happened, in plain words.

import {h, fill, clock} from '../dom.js';
import {t, sentence} from '../words.js';

const BAD = /BROKER_AWAY|LEADER_MISSING|COPY_BEHIND/;
const GOOD = /BROKER_BACK|LEADER_FOUND|COPY_IN_STEP|BROKER_JOINED/;

function item(event) {
  const kind = BAD.test(event.kind) ? 'bad' : GOOD.test(event.kind) ? 'good' : null;
  return h('li', {class: kind}, h('time', {datetime: new Date(event.at).toISOString()}, clock(event.at)), sentence(event));
}

/** The newest events in a box beside something else. */
export function feed(box, state, most) {
  const newest = state.events.slice(-most).reverse();
  fill(box, h('h2', {}, t('recent')), newest.length ? h('ol', {}, newest.map(item)) : h('p', {class: 'soft'}, t('noevents')));
}

export function open(main) {
  const list = h('div', {class: 'card events'});
  main.append(h('div', {class: 'head'}, h('h1', {}, t('events'))), h('p', {class: 'soft'}, t('sinceStart')), list);
  let newest = -1;
  return {
    async beat(state) {
      if (state.lastEvent === newest) return;
      newest = state.lastEvent;
      const all = [...state.events].reverse();
      fill(list, all.length ? h('ol', {}, all.map(item)) : h('p', {class: 'empty'}, t('noevents')));
    },
  };
}
