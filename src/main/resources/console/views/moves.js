// What is moving between brokers, and why.

import {h, fill, table, count, bytes} from '../dom.js';
import {get} from '../net.js';
import {t, currentLanguage} from '../words.js';

export function open(main) {
  const body = h('div', {class: 'card'}, t('loading'));
  const planned = h('section', {class: 'card', hidden: true});
  const carries = h('section', {class: 'card', hidden: true});
  const state = h('span', {class: 'soft'});
  main.append(h('div', {class: 'head'}, h('h1', {}, t('moves')), state), h('div', {class: 'stack'}, body, planned, carries));
  let asked = 0;

  async function load() {
    asked = Date.now();
    const {moves, plan, planned: all, balance, carried} = await get('moves');
    fill(state, balance ? t('balance_' + balance) : '');
    fill(planned, plan.length ? [h('h2', {}, t('planned')), table([[t('partition')], [t('moves')], [t('why')]],
      plan.map((m) => [m.partition, t('movewhat', {from: m.from.replaceAll(',', ', '), to: m.to.replaceAll(',', ', ')}), reasons(m).join(' · ')])),
      all > plan.length ? h('p', {class: 'soft'}, t('of', {from: 1, to: count(plan.length), total: count(all)})) : null] : null);
    planned.hidden = !plan.length;
    fill(carries, carried.length ? [h('h2', {}, t('carried')), table([[t('broker_')], [t('disk'), 'num'], [t('takesin'), 'num']],
      carried.map((b) => [t('broker', b), bytes(b.bytes), t('persecond', {n: bytes(b.rate)})])), h('p', {class: 'soft'}, t('carriedhint'))] : null);
    carries.hidden = !carried.length;
    fill(body, moves.length ? table([[t('partition')], [t('moves')], [t('progress')], [t('state')]],
      moves.map((m) => {
        const stays = m.replicas.filter((id) => !m.removing.includes(id) && !m.adding.includes(id));
        return [h('a', {href: '#/topics/' + encodeURIComponent(m.topic)}, t('move', m)),
          t('movewhat', {from: [...stays, ...m.removing].join(', '), to: [...stays, ...m.adding].join(', ')}),
          progress(m),
          t('movestate', {inStep: m.inStep.join(', ')})];
      })) : h('p', {class: 'empty'}, t('nomoves')));
  }

  return {
    async beat(now, changed) {
      if (changed || Date.now() - asked > (now.pulse?.moving ? 1000 : 5000)) {
        try { await load(); } catch (failure) { fill(body, h('p', {class: 'badtext'}, t('failed', {why: failure.message}))); }
      }
    },
  };
}

function reasons(m) {
  return currentLanguage() === 'ko' && m.reasonsKo.length ? m.reasonsKo : m.reasons;
}

function progress(m) {
  if (!m.adding.length) return '–';
  const share = m.bytes ? Math.round(100 * m.copied / m.bytes) : 100;
  return h('div', {}, h('div', {class: 'bar', role: 'progressbar', 'aria-valuenow': share, 'aria-valuemin': 0, 'aria-valuemax': 100}, h('i', {'width%': share})),
    h('small', {class: 'soft'}, `${bytes(m.copied)} / ${bytes(m.bytes)}`));
}
