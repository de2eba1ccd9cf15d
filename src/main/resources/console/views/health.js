// The doctor's findings: what is wrong, and what to do about it.

import {h, fill} from '../dom.js';
import {get} from '../net.js';
import {t, currentLanguage} from '../words.js';

const EVERY_MS = 3000;
const KIND = {HIGH: 'bad', MEDIUM: 'warn', LOW: 'good'};

export function open(main) {
  const body = h('div', {class: 'card'}, t('loading'));
  main.append(h('div', {class: 'head'}, h('h1', {}, t('health'))), body);
  let asked = 0;

  async function load(state) {
    asked = Date.now();
    const {findings} = await get('findings');
    state.findings = findings;
    fill(body, findings.length ? findings.map((f) => h('div', {class: 'finding'},
      h('span', {class: 'pill ' + KIND[f.severity]}, t(f.severity)), h('p', {}, h('b', {}, f[currentLanguage()].what)), h('p', {class: 'soft'}, f[currentLanguage()].remedy)))
      : h('p', {class: 'empty'}, h('b', {class: 'goodtext'}, t('nofindings'))), h('p', {class: 'soft'}, t('checked')));
  }

  return {
    async beat(state, changed) {
      if (changed || Date.now() - asked > EVERY_MS) {
        try { await load(state); } catch (failure) { fill(body, h('p', {class: 'badtext'}, t('failed', {why: failure.message}))); }
      }
    },
  };
}
