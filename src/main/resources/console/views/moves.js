// What is moving between brokers, and why.

import {h, fill, table} from '../dom.js';
import {get} from '../net.js';
import {t} from '../words.js';

export function open(main) {
  const body = h('div', {class: 'card'}, t('loading'));
  main.append(h('div', {class: 'head'}, h('h1', {}, t('moves'))), body);
  let asked = 0;

  async function load() {
    asked = Date.now();
    const {moves} = await get('moves');
    fill(body, moves.length ? table([[t('partition')], [t('moves')], [t('state')]],
      moves.map((m) => {
        const stays = m.replicas.filter((id) => !m.removing.includes(id) && !m.adding.includes(id));
        return [h('a', {href: '#/topics/' + encodeURIComponent(m.topic)}, t('move', m)),
          t('movewhat', {from: [...stays, ...m.removing].join(', '), to: [...stays, ...m.adding].join(', ')}),
          t('movestate', {inStep: m.inStep.join(', ')})];
      })) : h('p', {class: 'empty'}, t('nomoves')));
  }

  return {
    async beat(state, changed) {
      if (changed || (state.pulse?.moving && Date.now() - asked > 1000)) {
        try { await load(); } catch (failure) { fill(body, h('p', {class: 'badtext'}, t('failed', {why: failure.message}))); }
      }
    },
  };
}
