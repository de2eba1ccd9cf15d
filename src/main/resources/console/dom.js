// The little that the pages need to build elements: no framework, no markup from data.

/** An element: h('a', {href: '#x', class: 'b', onclick: f}, 'text', child, …). Text is never markup. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'hue') element.style.setProperty('--hue', value);
    else if (key === 'width%') element.style.width = value + '%';
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Puts children into an element in place of what was there; what had the focus has it again, if it is among them. */
export function fill(element, ...children) {
  const at = document.activeElement;
  const working = at !== element && element.contains(at);
  const alike = working ? (e) => (e.id || e.getAttribute('href') || e.textContent) : null;
  const name = working ? alike(at) : '';
  const sameNamed = () => [...element.querySelectorAll(at.tagName)].filter((e) => alike(e) === name);
  const place = working ? sameNamed().indexOf(at) : 0;
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (working) sameNamed()[place]?.focus({preventScroll: true});
}

/** A table: heads are [text, class]; rows are arrays of cells (text or elements), or {cells, open}. */
export function table(heads, rows, caption) {
  return h('div', {class: 'wide'}, h('table', {},
    caption ? h('caption', {class: 'soft'}, caption) : null,
    h('thead', {}, h('tr', {}, heads.map(([text, kind]) => h('th', {class: kind, scope: 'col'}, text)))),
    h('tbody', {}, rows.map((row) => h('tr', {class: row.open ? 'open' : null},
      (row.cells ?? row).map((cell, i) => h('td', {class: heads[i][1]}, cell)))))));
}

/** A colour of its own for every name, the same at each visit. */
export function hueOf(name) {
  let hash = 7;
  for (const c of name) hash = (hash * 31 + c.codePointAt(0)) >>> 0;
  return Math.round((hash * 137.508) % 360);
}

export function count(n) {
  return n < 0 ? '–' : Math.round(n).toLocaleString();
}

export function bytes(n) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) { n /= 1024; unit++; }
  return (unit === 0 ? Math.round(n) : n.toFixed(n < 10 ? 1 : 0)) + ' ' + units[unit];
}

export function clock(ms) {
  return new Date(ms).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false});
}
