// Zoom, search and keys of a flame graph that is opened alone; the same bytes in every picture, whose data-words are what
// it says. Of a box, data-frame is node id, offset, value; <title> is name, line break, values.
(() => {
const svg = document.documentElement;
if (svg.localName !== 'svg') return; // a part of some other document
const SVG = svg.namespaceURI, HTML = 'http://www.w3.org/1999/xhtml';
const MATCH = '#ff80ff', ROW = 16, CELL = 7.25, MARGIN = 10;
const [HELP, SEARCH, HINT, TITLE, RESET, MATCHED, AT_LEAST, TWO, HIDDEN, WRONG, NOT_DRAWN] = svg.dataset.words.split('|');
const width = svg.viewBox.baseVal.width - 2 * MARGIN;
const groups = [...svg.querySelectorAll('[data-whole]')];
const details = svg.querySelector('[data-details]'), subtitle = details.textContent;
const ring = make(SVG, 'rect', {
  fill: 'none', stroke: '#000', 'stroke-width': 2, 'pointer-events': 'none', height: ROW - 2, display: 'none' });
const boxes = new Map(); // by element
let panels, found = [], zoomed = '', current;

function make(space, name, values) {
  return set(document.createElementNS(space, name), values);
}

function set(el, values) {
  for (const key in values) el.setAttribute(key, values[key]);
  return el;
}

const fill = (words, ...values) => words.replace(/\{(\d)\}/g, (all, i) => values[i]);

// When needed. Boxes are in preorder: a subtree is from its index to before `end`.
function load() {
  panels = panels || groups.map((group) => {
    const all = [], panel = { all, whole: +group.dataset.whole, hidden: +group.dataset.hidden };
    let above = null;
    for (const el of group.children) {
      const [id, from, value] = el.getAttribute('data-frame').split(' '), rect = el.firstChild.nextSibling;
      const b = { panel, el, rect, id, from: +from, value: +value, y: +rect.getAttribute('y'), index: all.length };
      b.row = all.length && Math.abs(b.y - all[0].y) / ROW;
      for (; above && above.row >= b.row; above = above.parent) above.end = b.index;
      b.parent = above;
      all.push(above = b);
      boxes.set(el, b);
    }
    for (; above; above = above.parent) above.end = all.length;
    return panel;
  });
}

const titleOf = (el) => el.firstChild.textContent; // what would turn the writing around never gets into a picture
const nameOf = (b) => titleOf(b.el).split('\n', 1)[0];

function boxAt(target) {
  load();
  return boxes.get(target?.closest?.('[data-frame]'));
}

function cellsOf(c) {
  if (c < '\u0300') return c === '\xad' ? 0 : 1;
  if (/[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]/u.test(c)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\u{1f300}-\u{3fffd}]/u.test(c) ? 2 : 1;
}

function fit(text, pixels) {
  const room = Math.floor(pixels / CELL);
  let used = 0, all = '', cut = '';
  for (const c of text) {
    const n = cellsOf(c);
    if (used + n > room) return room < 3 ? '' : cut + '\u2026';
    used += n;
    all += c;
    if (used < room) cut = all;
  }
  return all;
}

// The ends of a function's name, each shorter than the one before, as in every picture: without arguments, type and
// place, then without package after package. What stands in brackets is no boundary.
function endsOf(name) {
  const all = [name], file = /^\[\/.*]$/.test(name);
  if (name.length > 1024 || name[0] === '[' && !file) return all;
  const cut = (from, to) => {
    base = base.slice(from, to);
    outer = outer.slice(from, to);
    return to;
  };
  const before = (at) => at > 0 && cut(0, at);
  const brackets = (text) => (text[0] === '(' ? '\x02' : '\x01').repeat(text.length);
  let base = file ? name.slice(1, -1) : name, was;
  let outer = base.replace(/(?<![\w$])operator(<=>|<<=?|>>=?|->\*?|[<>]=?|\(\)|\[]| (?=[a-z_])[^<>()[\]{}]*)/gi,
    (all) => all.replace(/[^a-z]/gi, '_')).replace(/[-=]>/g, '__');
  while (was !== outer) outer = (was = outer).replace(/<[^<>()[\]{}]*>|\([^()]*\)|\[[^[\]]*]|{[^{}]*}/g, brackets);
  outer = outer.replace(/[<([{].*/, brackets); // not closed
  if (!file) {
    before(outer.search(/(?<=[^\s.:\x02])\x02+( const)?$/));
    before(base.search(/(?<=.)(@.*|(\.(part|constprop|isra|cold|llvm|lto_priv|\d+))+)$/));
    if (!before(outer.search(/(?<=.) (?=\S*([/\\]|:\d))/)))
      cut(outer.replace(/ (?=[\x01\x02]*$)/, '_').lastIndexOf(' ') + 1);
  }
  if (base !== name) all.push(base);
  for (const { index, 0: { length } } of outer.matchAll(/:\d+$/.test(base) ? /\/(?![.:]|$)/g : /(\/|\.|::)(?![.:]|$)/g))
    all.push(base.slice(index + length));
  return all;
}

// A thread and a process have no such ends.
function labelOf(b, pixels) {
  const name = nameOf(b), bare = name.replace(/^\[[tpkcl]\] (?=.)/, '');
  const ends = b.parent && !/^\[[tp]\] /.test(name) ? endsOf(bare) : [bare];
  return fit(ends.find((end) => fit(end, pixels) === end) || ends.pop(), pixels);
}

function put(b, x, width, label) {
  let text = b.el.querySelector('text');
  if (!b.was) b.was = [b.rect.getAttribute('x'), b.rect.getAttribute('width'), text ? text.textContent : ''];
  for (const rect of b.el.querySelectorAll('rect')) set(rect, { x, width });
  if (!text && label) b.el.append(text = make(SVG, 'text', { y: b.y + 11.5 }));
  if (text) set(text, { x: +x + 3 }).textContent = label;
}

function show(b, shown, pale) {
  if (shown === !!b.hidden) set(b.el, { display: shown ? 'inline' : 'none' });
  if (pale !== b.pale) set(b.rect, { 'fill-opacity': pale ? 0.5 : 1 });
  b.hidden = !shown;
  b.pale = pale;
}

function place(b, from, scale, pale) {
  const w = b.value * scale;
  put(b, (MARGIN + (b.from - from) * scale).toFixed(2), (w > 2 ? w - 0.5 : w).toFixed(2),
    w < 27 ? '' : labelOf(b, w - 6));
  show(b, true, pale);
}

// To a box, its ancestors pale; a panel without the frame shows all.
function zoom(target, keep) {
  load();
  zoomed = target ? target.id : '';
  for (const { all } of panels) {
    const top = all.includes(target) ? target : all.find((b) => b.id === zoomed);
    for (const b of all) {
      if (!zoomed || !top) {
        show(b, true);
        if (b.was) put(b, ...b.was);
        b.was = null;
      } else if (b.index >= top.index && b.index < top.end) place(b, top.from, width / top.value);
      else if (b.index < top.index && b.end > top.index) place(b, b.from, width / b.value, true);
      else show(b, false);
    }
  }
  reset.hidden = !zoomed;
  if (current) point(current);
  if (!keep) remember(true);
}

// A text, or after "re:" a regular expression; undefined: not one.
function matcher(query) {
  const low = query.toLowerCase();
  if (!query) return () => false;
  if (!low.startsWith('re:')) return (name) => name.toLowerCase().includes(low);
  try {
    const re = new RegExp(query.slice(3), 'iu');
    return (name) => re.test(name);
  } catch (error) {}
}

// The share of what matches: all above a frame that does is counted with it.
function mark({ all, whole }, matches) {
  let sum = 0, counted = 0;
  for (const b of all) {
    const matched = matches(nameOf(b));
    if (matched) found.push(b);
    if (matched && b.index >= counted) {
      sum += b.value;
      counted = b.end;
    }
    if (matched === !!b.fill) continue;
    const colour = b.fill || MATCH;
    b.fill = matched && b.rect.getAttribute('fill');
    set(b.rect, { fill: colour });
  }
  const percent = 100 * sum / whole;
  return (percent > 99.9 && sum < whole ? '> 99.9' : percent.toPrecision(3)) + ' %';
}

function search(query, keep) {
  const matches = matcher(query);
  load();
  found = [];
  field.value = query;
  field.setAttribute('aria-invalid', !matches);
  const shares = panels.map((panel) => mark(panel, matches || matcher('')));
  const hidden = panels.reduce((sum, panel) => sum + panel.hidden, 0);
  status.textContent = !matches ? WRONG : query && fill(hidden ? AT_LEAST : MATCHED,
    shares[1] ? fill(TWO, ...shares) : shares[0]) + (hidden ? fill(HIDDEN, hidden) : '');
  if (!keep) remember();
}

function step(by) {
  if (found.every((b) => b.hidden)) zoom();
  const shown = found.filter((b) => !b.hidden), at = shown.indexOf(current);
  if (shown.length) focus(shown[at < 0 ? 0 : (at + by + shown.length) % shown.length]);
}

function describe(b) {
  details.textContent = b ? fit(titleOf(b.el).split('\n').join(' \u00b7 '), width) : subtitle;
}

function offer(el) {
  set(el, { tabindex: 0, role: 'button', 'aria-label': titleOf(el) }).style.outline = 'none'; // the ring is there
}

function point(b) {
  for (const el of b.el.parentNode.querySelectorAll('[tabindex]')) if (el !== b.el) el.removeAttribute('tabindex');
  current = b;
  offer(b.el);
  set(ring, { x: +b.rect.getAttribute('x') + 1, y: b.y + 0.5, width: Math.max(1, b.rect.getAttribute('width') - 2) });
}

function focus(b) {
  point(b);
  b.el.focus();
}

function beside(b, key) {
  const all = b.panel.all, up = all[1] && all[1].y < all[0].y;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (key === 'Home') return all[0];
  if (key === (up ? 'ArrowDown' : 'ArrowUp')) return b.parent;
  if (key === (up ? 'ArrowUp' : 'ArrowDown')) return all.slice(b.index + 1, b.end).find((c) => !c.hidden);
  for (let i = b.index + by; all[i]; i += by) if (all[i].row === b.row && !all[i].hidden) return all[i];
}

function press(event) {
  const { key } = event, control = event.ctrlKey || event.metaKey;
  const active = document.activeElement, b = boxAt(active), next = b && !control && beside(b, key);
  if (active !== field && (key === '/' || key === 'f' && control)) field.focus();
  else if (key === 'Escape') field.value ? search('') : zoom();
  else if (control || event.altKey) return;
  else if (active === field) {
    if (key !== 'Enter') return;
    step(0);
  } else if (key === 'n' || key === 'p') step(key === 'n' ? 1 : -1);
  else if (b && (key === 'Enter' || key === ' ')) zoom(b);
  else if (next) focus(next);
  else return;
  event.preventDefault();
}

// The address: #node=ID&q=TEXT. In a page, "back" is the page's.
function remember(step) {
  const state = new URLSearchParams();
  if (zoomed) state.set('node', zoomed);
  if (field.value) state.set('q', field.value);
  try {
    history[step && self === top ? 'pushState' : 'replaceState'](null, '', '#' + state);
  } catch (error) {} // not everywhere
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1)), id = state.get('node') || '', query = state.get('q') || '';
  if (query !== field.value) search(query, true);
  if (id === zoomed) return;
  load();
  const target = panels.flatMap((panel) => panel.all).find((b) => b.id === id);
  zoom(target, true);
  if (!target) status.textContent = NOT_DRAWN;
}

const bar = make(HTML, 'div'), status = make(HTML, 'output'), reset = make(HTML, 'button');
const field = make(HTML, 'input', { type: 'search', placeholder: HINT, 'aria-label': SEARCH, title: TITLE, size: 22 });
const tools = make(SVG, 'foreignObject', { x: MARGIN, y: 5, width, height: 28 });

bar.style.cssText = 'display:flex;justify-content:flex-end;align-items:center;gap:8px';
status.style.cssText = 'background:#fff;white-space:nowrap';
reset.textContent = RESET;
reset.style.font = field.style.font = 'inherit';
reset.hidden = true;
bar.append(status, reset, field);
tools.append(bar);
set(svg, { role: 'group' });
groups[0].before(tools);
for (const group of groups) {
  set(group, { role: 'group', 'aria-label': HELP });
  if (group.children[0]) offer(group.children[0]);
}
svg.append(ring);

svg.onclick = ({ target }) => {
  const b = boxAt(target);
  if (!b) return;
  zoom(b);
  focus(b);
};
svg.onmouseover = ({ target }) => describe(boxAt(target) || boxAt(document.activeElement));
addEventListener('focusin', ({ target }) => {
  const b = boxAt(target);
  describe(b);
  if (!b) return;
  point(b);
  set(ring, { display: 'inline' });
});
addEventListener('focusout', () => {
  set(ring, { display: 'none' });
  describe();
});
reset.onclick = () => zoom();
field.oninput = () => search(field.value);
onkeydown = press;
onhashchange = recall;
recall();
})();
