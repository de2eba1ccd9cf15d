// Reading a topic's records, and writing one where that is allowed.

import {h, fill, count} from '../dom.js';
import {get, post} from '../net.js';
import {t} from '../words.js';

export function messages(topic) {
  let how = 'text';
  let shown = null;
  let partitionCount = 0;
  const choice = (values, onchange, label) => h('select', {onchange, 'aria-label': label}, values.map(([value, words]) => h('option', {value}, words)));
  const partition = h('select', {'aria-label': t('partition')});
  const value = h('input', {hidden: true, 'aria-label': t('offset')});
  const from = choice([['latest', t('latest')], ['earliest', t('earliest')], ['offset', t('offset')], ['time', t('time')]], () => {
    value.hidden = !['offset', 'time'].includes(from.value);
    value.type = from.value === 'time' ? 'datetime-local' : 'number';
    value.step = from.value === 'time' ? 1 : null;
    value.setAttribute('aria-label', t(from.value));
  }, t('from'));
  const show = choice([['text', t('asText')], ['json', t('asJson')], ['hex', t('asHex')]], (e) => { how = e.target.value; if (shown) draw(); }, t('show'));
  const list = h('div', {});
  const reader = h('form', {class: 'row', onsubmit: (e) => { e.preventDefault(); read(start()); }},
    h('label', {class: 'field'}, t('partition'), partition), h('label', {class: 'field'}, t('from'), from), value,
    h('button', {class: 'main'}, t('read')), h('label', {class: 'field'}, t('show'), show));

  function start() {
    switch (from.value) {
      case 'offset': return 'offset:' + (value.value || 0);
      case 'time': return 'time:' + (value.value ? new Date(value.value).getTime() : 0);
      default: return from.value;
    }
  }

  async function read(at) {
    try {
      shown = await get('messages', {topic, partition: partition.value, from: at, limit: 50});
      draw();
    } catch (failure) {
      fill(list, h('p', {class: 'badtext', role: 'alert'}, t('failed', {why: failure.message})));
    }
  }

  function draw() {
    fill(list, shown.messages.length ? h('div', {class: 'wide'}, h('table', {},
      h('thead', {}, h('tr', {}, [t('offset'), t('time'), t('key'), t('value')].map((words, i) => h('th', {scope: 'col', class: i === 0 ? 'num' : null}, words)))),
      h('tbody', {}, shown.messages.map((m) => h('tr', {},
        h('td', {class: 'num'}, String(m.offset)), h('td', {class: 'soft'}, m.time < 0 ? '–' : new Date(m.time).toLocaleString()),
        h('td', {}, content(m.key, m.keySize, t('nokey'))), h('td', {}, content(m.value, m.valueSize, t('tombstone')))))))) : h('p', {class: 'empty'}, t('nomessages')),
      shown.next < shown.end ? h('button', {onclick: () => read('offset:' + shown.next)}, t('more') + ` (${count(shown.end - shown.next)})`) : null);
  }

  function content(base64, size, absent) {
    if (size < 0) return h('span', {class: 'soft'}, absent);
    const raw = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const rest = size > raw.length ? h('span', {class: 'soft'}, t('cut', {n: count(size - raw.length)})) : null;
    return [h('pre', {class: 'value'}, how === 'hex' ? hex(raw) : how === 'json' ? json(raw) : text(raw)), rest];
  }

  const writing = h('details', {hidden: true}, h('summary', {}, t('write')));
  const said = h('p', {role: 'status'});
  const into = h('select', {'aria-label': t('partition')});
  const form = h('form', {class: 'stack', onsubmit: async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const values = {topic, key: data.get('key'), value: data.get('value')};
    if (into.value) values.partition = into.value;
    try {
      const written = await post('messages', values);
      said.className = 'goodtext';
      said.textContent = t('written', written);
    } catch (failure) {
      said.className = 'badtext';
      said.textContent = failure.message;
    }
  }}, h('div', {class: 'row'}, h('label', {class: 'field'}, t('partition'), into), h('label', {class: 'field'}, t('key'), h('input', {name: 'key', autocomplete: 'off'}))),
    h('label', {class: 'field'}, t('value'), h('textarea', {name: 'value', rows: 3})), h('button', {class: 'main'}, t('write')), said);
  writing.append(form);

  return {
    element: h('div', {class: 'stack'}, reader, list, writing),
    writable(may) { writing.hidden = !may; },
    partitions(n) {
      if (n === partitionCount) return;
      partitionCount = n;
      const options = () => Array.from({length: n}, (_, i) => h('option', {value: i}, String(i)));
      fill(partition, options());
      fill(into, h('option', {value: ''}, t('anypartition')), options());
    },
  };
}

function text(raw) {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(raw);
  } catch {
    return hex(raw);
  }
}

function json(raw) {
  const words = text(raw);
  try { return JSON.stringify(JSON.parse(words), null, 2); } catch { return words; }
}

/** Sixteen bytes a line, as people know it. */
function hex(raw) {
  const lines = [];
  for (let i = 0; i < raw.length; i += 16) {
    const line = [...raw.subarray(i, i + 16)];
    lines.push(i.toString(16).padStart(4, '0') + '  ' + line.map((b) => b.toString(16).padStart(2, '0')).join(' ').padEnd(48)
      + ' ' + line.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.')).join(''));
  }
  return lines.join('\n');
}
