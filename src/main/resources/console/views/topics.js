// Topics: the list, and one of them with its partitions, settings and messages.

import {h, fill, table, count, bytes} from '../dom.js';
import {get, post} from '../net.js';
import {t, tn} from '../words.js';
import {messages} from './messages.js';
import {pager} from './pager.js';

export function open(main, context) {
  return context.argument ? one(main, context.argument, context.state) : list(main, context);
}

function list(main, {state}) {
  let filter = '';
  let internal = false;
  let from = 0;
  const body = h('div', {class: 'card'}, t('loading'));
  const make = h('button', {class: 'main', hidden: true, onclick: () => create(reload)}, t('create'));
  const said = h('span', {role: 'status', class: 'goodtext'});
  main.append(h('div', {class: 'head'}, h('h1', {}, t('topics')), make, said, h('span', {class: 'grow'}),
    h('input', {type: 'search', placeholder: t('filter'), 'aria-label': t('filter'), oninput: (e) => { filter = e.target.value.trim(); from = 0; reload(); }}),
    h('label', {}, h('input', {type: 'checkbox', onchange: (e) => { internal = e.target.checked; reload(); }}), t('internal'))), body);

  async function reload(message) {
    if (typeof message === 'string') said.textContent = message;
    try {
      const page = await get('topics', {filter, internal, from});
      fill(body, page.topics.length ? table(
        [[t('topic')], [t('partitions'), 'num'], [t('replicas'), 'num'], [t('state')], [t('settings'), 'num']],
        page.topics.map((topic) => ({open: true, cells: [
          h('a', {href: '#/topics/' + encodeURIComponent(topic.name)}, topic.name),
          count(topic.partitions), count(topic.replicas), stateOf(topic), topic.settings ? count(topic.settings) : '',
        ]}))) : h('p', {class: 'empty'}, t('mapempty')),
      pager(page, (to) => { from = to; reload(); }));
    } catch (failure) {
      fill(body, h('p', {class: 'badtext'}, t('failed', {why: failure.message})));
    }
  }
  return {
    async beat(now, changed) {
      make.hidden = !now.pulse?.write;
      if (changed) await reload();
    },
  };
}

function stateOf(topic) {
  if (topic.offline) return h('span', {class: 'badtext'}, tn('offline', topic.offline));
  if (topic.behind) return h('span', {class: 'warntext'}, tn('behind', topic.behind));
  if (topic.moving) return h('span', {}, tn('moving', topic.moving));
  return h('span', {class: 'goodtext'}, t('ok'));
}

function create(done) {
  const error = h('p', {class: 'badtext', role: 'alert'});
  const form = h('form', {method: 'dialog', class: 'stack', onsubmit: async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const values = {topic: data.get('topic').trim()};
    if (data.get('partitions')) values.partitions = data.get('partitions');
    if (data.get('replicas')) values.replicas = data.get('replicas');
    if (data.get('cleanup') === 'compact') values['set.cleanup.policy'] = 'compact';
    try {
      await post('topics', values);
      dialog.close();
      done(t('created', {topic: values.topic}));
    } catch (failure) { error.textContent = failure.message; }
  }},
    h('h2', {}, t('create')),
    h('label', {class: 'field'}, t('name'), h('input', {name: 'topic', required: true, maxlength: 249, pattern: '[a-zA-Z0-9._\\-]+', autocomplete: 'off'})),
    h('div', {class: 'row'},
      h('label', {class: 'field'}, t('partitions'), h('input', {name: 'partitions', type: 'number', min: 1, max: 10000, placeholder: t('defaults')})),
      h('label', {class: 'field'}, t('replicas'), h('input', {name: 'replicas', type: 'number', min: 1, max: 100, placeholder: t('defaults')})),
      h('label', {class: 'field'}, t('cleanup'), h('select', {name: 'cleanup'}, h('option', {value: 'delete'}, t('delete')), h('option', {value: 'compact'}, t('compact'))))),
    error,
    h('div', {class: 'row'}, h('button', {class: 'main'}, t('create')), h('button', {type: 'button', onclick: () => dialog.close()}, t('cancel'))));
  const dialog = h('dialog', {'aria-label': t('create'), onclose: () => dialog.remove()}, form);
  document.body.append(dialog);
  dialog.showModal();
}

function remove(topic) {
  const error = h('p', {class: 'badtext', role: 'alert'});
  const typed = h('input', {name: 'confirm', required: true, autocomplete: 'off', 'aria-label': t('name')});
  const form = h('form', {method: 'dialog', class: 'stack', onsubmit: async (event) => {
    event.preventDefault();
    try {
      await post('topic/delete', {topic, confirm: typed.value});
      dialog.close();
      location.hash = '#/topics';
    } catch (failure) { error.textContent = failure.message; }
  }}, h('h2', {}, t('remove')), h('p', {}, t('sure', {topic})), typed, error,
    h('div', {class: 'row'}, h('button', {class: 'danger'}, t('remove')), h('button', {type: 'button', onclick: () => dialog.close()}, t('cancel'))));
  const dialog = h('dialog', {'aria-label': t('remove'), onclose: () => dialog.remove()}, form);
  document.body.append(dialog);
  dialog.showModal();
}

function one(main, name, state) {
  const partitions = h('div', {}, t('loading'));
  const settings = h('div', {});
  const erase = h('button', {class: 'danger', hidden: !state.pulse?.write, onclick: () => remove(name)}, t('remove'));
  const records = messages(name, state);
  main.append(
    h('div', {class: 'head'}, h('a', {href: '#/topics'}, t('topics')), h('span', {class: 'soft'}, '/'), h('h1', {}, name), h('span', {class: 'grow'}), erase),
    h('div', {class: 'stack'},
      h('section', {class: 'card'}, h('h2', {}, t('partitions')), partitions),
      h('section', {class: 'card'}, h('h2', {}, t('messages')), records.element),
      h('section', {class: 'card'}, h('h2', {}, t('settings')), settings)));
  let asked = 0;
  let all = false;
  let from = 0;

  async function load() {
    asked = Date.now();
    try {
      const topic = await get('topic', {topic: name, from});
      records.partitions(topic.total);
      fill(partitions, partitionTable(topic), pager(topic, (to) => { from = to; load(); }));
      const changed = topic.settings.filter((s) => !s.isDefault);
      const rows = (list) => table([[t('setting')], [t('value')], [t('source')]], list.map((s) => [h('code', {}, s.name), h('code', {}, s.value || '–'), t('src_' + s.source)]));
      fill(settings, changed.length ? rows(changed) : null,
        h('details', {open: all, ontoggle: (e) => { all = e.target.open; }}, h('summary', {}, t('everything', {n: topic.settings.length})), rows(topic.settings)));
    } catch (failure) {
      fill(partitions, h('p', {class: 'badtext'}, t('failed', {why: failure.message})));
    }
  }

  return {
    async beat(now, changed) {
      erase.hidden = !now.pulse?.write;
      records.writable(now.pulse?.write);
      if (changed || Date.now() - asked > 2000) await load();
    },
  };
}

function partitionTable(topic) {
  const told = new Map();
  for (const {node, replicas} of topic.nodes) for (const r of replicas) told.set(node + ' ' + r.p, r);
  return table([[t('partition'), 'num'], [t('leader'), 'num'], [t('replicas')], [t('quorum')], [t('start'), 'num'], [t('end'), 'num'], [t('size'), 'num'], [t('epoch'), 'num']],
    topic.partitions.map((p) => {
      const led = told.get(p.leader + ' ' + p.p) ?? {};
      return [String(p.p), p.leader < 0 ? h('span', {class: 'badtext'}, t('none')) : String(p.leader),
        h('span', {}, p.replicas.map((id, i) => {
          const r = told.get(id + ' ' + p.p);
          const late = !p.inStep.includes(id);
          return h('span', {class: late ? 'warntext' : null, title: r ? `${t('lag')}: ${count(r.lag)}` : t('unknown')}, (i ? ', ' : '') + id + (late ? ` (${t('late')}${r?.lag ? ' ' + count(r.lag) : ''})` : ''));
        })),
        t('quorumof', {q: p.quorum, n: p.replicas.length}),
        led.start === undefined ? '–' : count(led.start), led.end === undefined ? '–' : count(led.end), led.size === undefined ? '–' : bytes(led.size), String(p.epoch)];
    }));
}
