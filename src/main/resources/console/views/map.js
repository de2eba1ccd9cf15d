// The live map: a box per broker, a tile per copy, at the same place in every box. A full tile leads,
// an outlined one follows. When leadership moves, the full tile is seen to travel.

import {h, fill, hueOf, count} from '../dom.js';
import {get} from '../net.js';
import {t} from '../words.js';
import {feed} from './events.js';
import {pager} from './pager.js';

const TRAVEL_MS = 900;
const NOTHING = {leads: 0, copies: 0, behind: 0};

export function open(main, {values}) {
  let internal = values.get('internal') === 'true';
  let filter = '';
  let from = 0;
  let chosen = '';
  let before = null; // the newest map, to see what moved
  let built = ''; // the shape of the boxes on the page: rebuilt only when it changes
  let tiles = new Map(); // "broker topic p" -> element
  let busy = false;

  const search = h('input', {type: 'search', placeholder: t('filter'), 'aria-label': t('filter'), oninput: (e) => { filter = e.target.value.trim(); from = 0; load(last, true); }});
  const inner = h('label', {}, h('input', {type: 'checkbox', checked: internal, onchange: (e) => { internal = e.target.checked; load(last, true); }}), t('internal'));
  const boxes = h('div', {class: 'brokers'});
  const cells = h('div', {class: 'wide all'}); // below the boxes, where partitions are too many for tiles
  const note = h('p', {class: 'soft note'});
  const told = h('p', {class: 'told', id: 'told', 'aria-live': 'off'}, t('maphint'));
  const pages = h('div', {});
  const news = h('aside', {class: 'card feed', 'aria-label': t('recent')});
  let last = null;
  main.append(
    h('div', {class: 'head'}, h('h1', {}, t('map')), h('span', {class: 'grow'}), search, inner),
    h('div', {class: 'mapgrid'}, h('div', {}, note, boxes, pages, told, legend()), news));

  async function load(state, force) {
    if (!state || busy) return;
    busy = true;
    try {
      const map = await get('map', {internal, filter, from, topic: chosen});
      draw(state, map);
    } catch (failure) {
      if (force) fill(note, t('failed', {why: failure.message}));
    } finally {
      busy = false;
    }
  }

  function draw(state, map) {
    fill(note, map.detail ? (map.topics.length ? '' : t('mapempty')) : t('sums', {partitions: count(map.partitions)}));
    turning(map);
    told.hidden = !map.detail;
    if (map.detail) detailed(state, map);
    else sums(state, map);
  }

  function turning(map) {
    fill(pages, map.detail ? null : pager(map, (to) => { from = to; load(last, true); }));
  }

  // ---- each partition a tile

  function detailed(state, map) {
    const brokers = state.pulse.brokers;
    const small = map.partitions > 120;
    const shape = JSON.stringify([small, brokers.map((b) => b.id), map.topics.map((x) => [x.name, x.partitions.length]), t('leads')]);
    if (shape !== built) {
      build(brokers, map, small);
      built = shape;
      before = null;
    }
    const sums = countShown(map);
    brokers.forEach((broker) => head(state, {...broker, ...(sums.get(broker.id) ?? NOTHING)}));
    const travels = before ? moved(before, map) : [];
    const starts = travels.map((each) => ({...each, start: tiles.get(each.fromKey)?.getBoundingClientRect(), look: tiles.get(each.fromKey)?.cloneNode(true)}));
    paint(state, map);
    starts.forEach(travel);
    before = map;
  }

  /** The counts in the boxes are of what is drawn, not of internal topics that are not. */
  function countShown(map) {
    const sums = new Map();
    for (const topic of map.topics) {
      for (const p of topic.partitions) {
        for (const id of new Set([...p.replicas, ...(p.adding ?? []), ...(p.removing ?? [])])) {
          const sum = sums.get(id) ?? {...NOTHING};
          if (p.leader === id) sum.leads++;
          sum.copies++;
          if (!p.inStep.includes(id)) sum.behind++;
          sums.set(id, sum);
        }
      }
    }
    return sums;
  }

  function build(brokers, map, small) {
    const at = document.activeElement?.dataset?.key;
    tiles = new Map();
    fill(boxes, brokers.map((broker) => box(broker,
      map.topics.map((topic) => [
        h('div', {class: 'topicname', hue: hueOf(topic.name), title: topic.name}, h('b', {}, topic.name)),
        h('div', {class: 'tiles' + (small ? ' small' : ''), hue: hueOf(topic.name), role: 'group', 'aria-label': topic.name},
          topic.partitions.map((p) => {
            const key = broker.id + ' ' + topic.name + ' ' + p.p;
            const tile = h('div', {class: 'tile none', 'data-key': key, role: 'button', tabindex: '-1',
              onfocus: () => tell(key), onmouseenter: () => tell(key), onclick: () => { location.hash = '#/topics/' + encodeURIComponent(topic.name); }}, '');
            tiles.set(key, tile);
            return tile;
          })),
      ]))));
    const first = tiles.get(at) ?? tiles.values().next().value;
    first?.setAttribute('tabindex', '0');
    if (at) first?.focus({preventScroll: true});
  }

  function box(broker, content) {
    return h('section', {class: 'broker', id: 'broker-' + broker.id, 'aria-label': t('broker', {id: broker.id})},
      h('header', {}), h('div', {class: 'where'}), h('div', {class: 'counts'}), content);
  }

  function head(state, broker) {
    const box = document.getElementById('broker-' + broker.id);
    const quorum = state.pulse.quorum;
    const role = quorum?.leader === broker.id ? 'controller' : quorum?.voters.includes(broker.id) ? 'voter' : '';
    const now = JSON.stringify([broker, role]);
    if (box.dataset.now === now) return;
    box.dataset.now = now;
    box.classList.toggle('away', !broker.live);
    fill(box.querySelector('header'), h('h2', {}, t('broker', {id: broker.id})),
      !broker.live ? h('span', {class: 'tag bad'}, t('gone')) : role ? h('span', {class: role === 'voter' ? 'tag quiet' : 'tag'}, t(role)) : null);
    fill(box.querySelector('.where'), broker.address + (broker.rack ? ' · ' + t('rack', {rack: broker.rack}) : ''));
    const follows = broker.copies - broker.leads;
    fill(box.querySelector('.counts'),
      h('span', {}, h('b', {}, count(broker.leads)), ' ' + t('leads')),
      h('span', {}, h('b', {}, count(follows)), ' ' + t('follows')),
      broker.live && broker.behind ? h('span', {class: 'warntext'}, h('b', {class: 'warntext'}, count(broker.behind)), ' ' + t('late')) : null);
  }

  function role(p, id, live) {
    const is = (list) => list?.includes(id);
    if (!is(p.replicas) && !is(p.adding) && !is(p.removing)) return 'none';
    if (p.leader === id) return 'leader';
    if (p.leader < 0) return live ? 'orphan' : 'gone';
    if (!live) return 'gone';
    if (is(p.removing)) return 'removing';
    if (is(p.adding) && !is(p.inStep)) return 'adding';
    return is(p.inStep) ? 'follower' : 'behind';
  }

  const WORDS = {leader: 'leader', follower: 'follower', behind: 'late', adding: 'adding', removing: 'removing', gone: 'lost', orphan: 'orphan', none: 'nocopy'};
  let known = new Map();

  function paint(state, map) {
    known = new Map();
    for (const broker of state.pulse.brokers) {
      for (const topic of map.topics) {
        for (const p of topic.partitions) {
          const key = broker.id + ' ' + topic.name + ' ' + p.p;
          const tile = tiles.get(key);
          const is = role(p, broker.id, broker.live);
          known.set(key, {topic: topic.name, p, broker: broker.id, is});
          if (tile.dataset.is !== is) {
            tile.dataset.is = is;
            tile.className = 'tile ' + is;
            tile.textContent = is === 'none' ? '' : String(p.p);
            tile.setAttribute('aria-label', topic.name + '-' + p.p + ', ' + t('broker', {id: broker.id}) + ': ' + t(WORDS[is]));
          }
        }
      }
    }
    if (document.activeElement?.dataset?.key) tell(document.activeElement.dataset.key);
  }

  function tell(key) {
    const it = known.get(key);
    if (!it) return;
    told.textContent = t('told', {topic: it.topic, p: it.p.p, broker: it.broker, state: t(WORDS[it.is]),
      leader: it.p.leader < 0 ? t('none') : it.p.leader, inStep: it.p.inStep.join(', '), epoch: it.p.epoch});
  }

  function moved(old, now) {
    const leaders = new Map();
    old.topics.forEach((topic) => topic.partitions.forEach((p) => leaders.set(topic.name + ' ' + p.p, p.leader)));
    const travels = [];
    now.topics.forEach((topic) => topic.partitions.forEach((p) => {
      const was = leaders.get(topic.name + ' ' + p.p);
      if (was !== undefined && was >= 0 && p.leader >= 0 && was !== p.leader) {
        const place = topic.name + ' ' + p.p;
        travels.push({fromKey: was + ' ' + place, toKey: p.leader + ' ' + place, hue: hueOf(topic.name)});
      } else if (was === -1 && p.leader >= 0) {
        tiles.get(p.leader + ' ' + topic.name + ' ' + p.p)?.classList.add('fresh');
      }
    }));
    return travels;
  }

  function travel({start, look, toKey, hue}) {
    const target = tiles.get(toKey);
    if (!target || !start || !look || matchMedia('(prefers-reduced-motion: reduce)').matches || document.hidden) return;
    const end = target.getBoundingClientRect();
    look.className = 'tile leader flying';
    look.removeAttribute('data-key');
    look.setAttribute('aria-hidden', 'true');
    look.style.setProperty('--hue', hue);
    Object.assign(look.style, {left: start.left + 'px', top: start.top + 'px', width: start.width + 'px', height: start.height + 'px'});
    document.body.append(look);
    const lift = Math.min(60, Math.abs(end.left - start.left) / 6 + 14);
    look.animate([
      {transform: 'translate(0, 0)'},
      {transform: `translate(${(end.left - start.left) / 2}px, ${(end.top - start.top) / 2 - lift}px) scale(1.12)`},
      {transform: `translate(${end.left - start.left}px, ${end.top - start.top}px)`},
    ], {duration: TRAVEL_MS, easing: 'ease-in-out'}).onfinish = () => {
      look.remove();
      target.classList.add('fresh');
    };
  }

  boxes.addEventListener('keydown', (event) => {
    const key = event.target.dataset?.key;
    if (!key) return;
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); event.target.click(); return; }
    const [broker, ...place] = key.split(' ');
    const ids = [...new Set([...tiles.keys()].map((k) => k.split(' ')[0]))];
    const places = [...tiles.keys()].filter((k) => k.startsWith(broker + ' ')).map((k) => k.slice(broker.length + 1));
    let b = ids.indexOf(broker);
    let i = places.indexOf(place.join(' '));
    switch (event.key) {
      case 'ArrowRight': if (b < ids.length - 1) b++; break;
      case 'ArrowLeft': if (b > 0) b--; break;
      case 'ArrowDown': i = Math.min(places.length - 1, i + 1); break;
      case 'ArrowUp': i = Math.max(0, i - 1); break;
      case 'Home': i = 0; break;
      case 'End': i = places.length - 1; break;
      default: return;
    }
    event.preventDefault();
    const next = tiles.get(ids[b] + ' ' + places[i]);
    event.target.setAttribute('tabindex', '-1');
    next.setAttribute('tabindex', '0');
    next.focus();
  });

  // ---- too many to draw: sums

  function sums(state, map) {
    const ids = state.pulse.brokers.map((b) => b.id);
    const shape = JSON.stringify(['sums', ids, t('leads')]);
    if (shape !== built) {
      tiles = new Map();
      fill(boxes, state.pulse.brokers.map((broker) => box(broker, [])), cells);
      built = shape;
    }
    before = null;
    state.pulse.brokers.forEach((broker) => head(state, broker));
    const most = Math.max(1, ...map.topics.flatMap((x) => (x.sums ?? []).map((s) => s.copies)));
    const rows = map.topics.map((topic) => h('tr', {class: 'open'},
      h('th', {scope: 'row'}, h('button', {class: 'plain', 'aria-expanded': String(topic.name === chosen), onclick: () => { chosen = topic.name === chosen ? '' : topic.name; load(last, true); }}, topic.name)),
      h('td', {class: 'num'}, count(topic.count)),
      topic.sums
        ? ids.map((id) => cell(topic, topic.sums.find((s) => s.broker === id), most))
        : h('td', {colspan: ids.length}, strips(state, topic))));
    const table = h('table', {class: 'card'}, h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, t('topic')), h('th', {scope: 'col', class: 'num'}, t('partitions')),
      state.pulse.brokers.map((b) => h('th', {scope: 'col'}, t('broker', {id: b.id}) + (b.live ? '' : ' · ' + t('gone')))))), h('tbody', {}, rows));
    fill(cells, table);
  }

  function cell(topic, s, most) {
    if (!s || !s.copies) return h('td', {class: 'soft'}, '·');
    const follows = s.copies - s.leads - s.behind;
    return h('td', {hue: hueOf(topic.name)},
      h('div', {class: 'bar', 'aria-hidden': 'true', 'width%': Math.max(12, 100 * s.copies / most)},
        h('i', {'width%': 100 * s.leads / s.copies}), h('i', {class: 'copies', 'width%': 100 * Math.max(0, follows) / s.copies}), h('i', {class: 'behind', 'width%': 100 * s.behind / s.copies})),
      h('small', {class: 'soft'}, `${count(s.leads)} ${t('leads')}, ${count(s.copies - s.leads)} ${t('follows')}` + (s.behind ? `, ${count(s.behind)} ${t('late')}` : '')));
  }

  /** One topic's partitions, a row of tiles per broker. */
  function strips(state, topic) {
    return state.pulse.brokers.map((broker) => h('div', {}, h('div', {class: 'topicname'}, t('broker', {id: broker.id})),
      h('div', {class: 'tiles small', hue: hueOf(topic.name)}, topic.partitions.map((p) => {
        const is = role(p, broker.id, broker.live);
        return h('div', {class: 'tile ' + is, title: topic.name + '-' + p.p + ': ' + t(WORDS[is])}, is === 'none' ? '' : String(p.p));
      })))).concat(topic.count > topic.partitions.length
      ? [h('p', {class: 'soft'}, t('of', {from: 1, to: count(topic.partitions.length), total: count(topic.count)}))] : []);
  }

  let newest = -1;
  return {
    async beat(state, changed) {
      last = state;
      if (state.lastEvent !== newest) {
        newest = state.lastEvent;
        feed(news, state, 30);
      }
      if (changed) await load(state, false);
    },
  };
}

function legend() {
  const one = (kind, words) => h('span', {}, h('i', {class: 'tile ' + kind, 'aria-hidden': 'true'}, kind === 'none' ? '' : '0'), t(words));
  return h('div', {class: 'legend'}, one('leader', 'leader'), one('follower', 'follower'), one('behind', 'late'), one('adding', 'adding'), one('gone', 'lost'), one('orphan', 'orphan'));
}
