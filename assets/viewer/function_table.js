/* The table of all functions, in the place of those of the leading ones: sorted, filtered, each with its callers and
 * callees and a way into the graph. Only some rows are in the page at a time. */
(function (fp) {
  'use strict';

  const FIRST = 20, STEP = 200; /* rows */
  const CALLS = 20; /* rows of a list of callers or callees */

  function name(text) {
    const bdi = fp.el('bdi');
    fp.namePieces(text).forEach((piece) => bdi.append(piece, fp.el('wbr')));
    return fp.el('code', null, bdi);
  }

  /* `tooFew`: what to say in place of changes, where there are too few samples to tell. */
  fp.FunctionTable = function (profile, words, caption, tooFew) {
    const list = fp.functionList(profile), { names } = profile, { columns, tree } = list;
    const defaults = fp.defaultState(profile);
    const value = (n, key) => fp.el('td', { class: 'number', title: fp.formatExact(columns[key][n], profile.unit, words) },
      fp.el('span', null, fp.formatShare(columns[key][n], profile.whole)), ' ',
      fp.el('small', null, fp.formatValue(columns[key][n], profile.unit, words)));
    const heads = [
      { key: 'self', text: words.selfHead, cell: (n) => value(n, 'self') },
      { key: 'total', text: words.totalHead, cell: (n) => value(n, 'total') },
    ];
    let ids = fp.sortFunctions(list, 'self', true), matched = null, shown = [], room = FIRST;

    function change(n, now, before, points) {
      const was = fp.formatShare(columns[before][n], profile.beforeWhole), is = fp.formatShare(columns[now][n], profile.whole);
      const word = tooFew ? tooFew : columns.beforeTotal[n] === 0 ? words.isNew : columns.total[n] === 0 ? words.isGone : '';
      return fp.el('td', { class: 'number change', title: `${was} → ${is}` }, word || fp.formatPointsShort(columns[points][n]));
    }

    if (columns.beforeTotal)
      heads.push(
        { key: 'changeSelf', text: words.changeSelf, class: 'number change of-self', cell: (n) => change(n, 'self', 'beforeSelf', 'changeSelf') },
        { key: 'changeTotal', text: words.changeTotal, class: 'number change', cell: (n) => change(n, 'total', 'beforeTotal', 'changeTotal') });

    const body = fp.el('tbody'), ths = heads.map((head) => fp.el('th', { scope: 'col',
      'data-sort': head.class && tooFew ? null : 'number', class: head.class || 'number', 'aria-sort': head.key === 'self' ? 'descending' : null }, head.text));
    ths.push(fp.el('th', { scope: 'col', class: 'name', 'data-sort': 'text' }, words.functionHead));
    const table = fp.el('table', { class: 'ranked everything sorts' }, fp.el('caption', { class: 'quiet' }, caption),
      fp.el('thead', null, fp.el('tr', null, ...ths)), body);
    const more = fp.button('', () => { room += STEP; fill(); }, { class: 'more' });
    const box = fp.filterBox(words.filter, caption, filter);
    this.element = fp.el('div', { class: 'everything-of' }, box.element, table, more);
    fp.sortHeads(ths, (at, descending) => {
      ids = fp.sortFunctions(list, at < heads.length ? heads[at].key : 'name', descending);
      refresh();
    });

    /* ---- callers and callees ---- */

    function link(n) {
      const at = fp.formatAddress({ ...defaults, view: 'sandwich', fn: names.text(n) }, defaults);
      return fp.el('a', { href: at, title: words.toSandwich, onclick: () => setTimeout(toGraph, 0) }, name(names.text(n)));
    }

    function toGraph() {
      const graph = document.querySelector('.viewer-graph');
      fp.comeIntoView();
      if (graph)
        graph.focus({ preventScroll: true });
    }

    const callRow = (total, amount, what) => fp.el('tr', null,
      fp.el('td', { class: 'number', title: fp.formatExact(amount, profile.unit, words) }, fp.formatValue(amount, profile.unit, words)),
      fp.el('td', { class: 'number' }, fp.formatShare(amount, total)),
      fp.el('th', { scope: 'row', class: 'name' }, what));

    function side(head, total, own, calls) {
      const rows = calls.slice(0, CALLS).map((call) => callRow(total, call.value, link(call.name)));
      const rest = calls.slice(CALLS).reduce((sum, call) => sum + call.value, 0);
      if (own)
        rows.unshift(callRow(total, own, words.itself));
      if (rest)
        rows.push(callRow(total, rest, fp.fill(words.more, { count: fp.formatCount(calls.length - CALLS) })));
      return fp.el('table', { class: 'ranked' }, fp.el('caption', null, head), fp.el('thead', null, fp.el('tr', null,
        fp.el('th', { scope: 'col', class: 'number' }, words.value), fp.el('th', { scope: 'col', class: 'number' }, words.ofThis),
        fp.el('th', { scope: 'col', class: 'name' }, words.functionHead))), fp.el('tbody', null, ...rows));
    }

    function detail(n) {
      const calls = fp.callsOf(tree, n);
      return fp.el('tr', { class: 'detail' }, fp.el('td', { colspan: heads.length + 1 }, fp.el('div', { class: 'pair' },
        side(words.calledBy, calls.total, 0, calls.callers), side(words.calls, calls.total, calls.self, calls.callees))));
    }

    function row(n) {
      const opener = fp.button('', () => {
        const open = opener.getAttribute('aria-expanded') === 'false';
        opener.setAttribute('aria-expanded', String(open));
        if (open)
          made.after(detail(n));
        else
          made.nextSibling.remove();
      }, { class: 'opener', 'aria-expanded': 'false', 'aria-label': `${words.sandwich}: ${fp.namePieces(names.text(n)).join('')}` });
      const made = fp.el('tr', null, ...heads.map((head) => head.cell(n)),
        fp.el('th', { scope: 'row', class: 'name' }, opener, link(n), ' ', fp.kindElement(profile, words, n)));
      if (columns.changeSelf)
        made.cells[2].classList.add('of-self');
      return made;
    }

    /* ---- which rows there are ---- */

    /* What is there stays: a button that was pressed keeps the focus. */
    function fill() {
      const from = body.querySelectorAll(':scope > tr:not(.detail)').length, to = Math.min(room, shown.length);
      const rows = [];
      for (let i = from; i < to; i++)
        rows.push(row(shown[i]));
      body.append(...rows);
      const left = shown.length - to;
      more.hidden = left <= 0;
      more.textContent = fp.fill(words.showMore, { count: fp.formatCount(Math.min(STEP, left)), left: fp.formatCount(left) });
    }

    function refresh() {
      shown = matched ? ids.filter((n) => matched[n]) : ids;
      room = FIRST;
      body.replaceChildren();
      fill();
    }

    function filter(text) {
      ({ matched } = fp.matchNames(names, text.trim()));
      refresh();
      box.say(!matched ? '' : shown.length ? fp.fill(columns.beforeTotal ? words.filteredBoth : words.filtered, { count: fp.formatCount(shown.length),
        all: fp.counted(ids.length, words.function, words.functions) }) : words.nothing);
    }

    refresh();
  };

  /* In the place of the tables that the page came with, which are still what is printed. */
  fp.showFunctions = function (profile, words) {
    const section = document.getElementById('functions'), tables = section && section.querySelector('.pair');
    if (!tables || !fp.sortHeads)
      return;
    tables.classList.add('replaced');
    const table = new fp.FunctionTable(profile, words, section.querySelector('h2').textContent, section.dataset.tooFew);
    tables.before(table.element);
  };
})(globalThis.flamepress = globalThis.flamepress || {});
