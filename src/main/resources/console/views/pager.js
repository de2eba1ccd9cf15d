// Back and forward through a list that is shown a page at a time.

import {h, count} from '../dom.js';
import {t} from '../words.js';

/** Nothing when one page holds all. `go` is called with where the next page begins. */
export function pager({from, page, total}, go) {
  if (total <= page) return null;
  return h('div', {class: 'row pager'},
    h('button', {disabled: from === 0, onclick: () => go(Math.max(0, from - page))}, t('back')),
    h('span', {class: 'soft'}, t('of', {from: count(from + 1), to: count(Math.min(total, from + page)), total: count(total)})),
    h('button', {disabled: from + page >= total, onclick: () => go(from + page)}, t('forward')));
}
