/*
 * Tables that can be sorted and filtered. Adds to what a page has already: without this script, nothing is missing.
 *
 * A table with data-sortable gets a button in each head with data-sort ("number": the largest first, by the data-value
 * of its cells; "text"). Long ones get a box that filters. Words come from the catalogues, as data-… of #table-words.
 * Texts go into the page as texts only.
 */
(function (fp) {
  'use strict';

  const SHOWN = 20; /* rows of a ranking before it is unfolded: FP_TABLES_SHOWN of the program */
  const LONG = 13; /* rows from which on a table has a filter */

  /* ---- what needs no page ---- */

  /* What a cell with data-value sorts by, exactly; null: nothing, which comes last in either direction. */
  fp.sortKey = function (text) {
    if (text === undefined || text.trim() === '')
      return null;
    const number = Number(text);
    if (/^-?\d+$/.test(text) && !Number.isSafeInteger(number))
      return BigInt(text); /* compares with numbers as it should */
    return Number.isNaN(number) ? null : number;
  };

  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  /*
   * Items in a new order, those that are equal as they were. `keyOf(item)` → { key, group }: values of several groups
   * (units) cannot be compared, so groups stand together.
   */
  fp.sorted = function (items, keyOf, descending) {
    const keyed = items.map((item) => ({ item, ...keyOf(item) }));
    keyed.sort((a, b) => {
      if (a.key === null || b.key === null)
        return order(a.key === null, b.key === null);
      return order(a.group || '', b.group || '') || (descending ? order(b.key, a.key) : order(a.key, b.key));
    });
    return keyed.map((one) => one.item);
  };

  fp.foldText = (text) => text.normalize('NFC').toLowerCase();

  /* Texts are folded already; the query is literal. */
  fp.filtered = function (items, textOf, query) {
    const wanted = fp.foldText(query.trim());
    return items.filter((item) => textOf(item).includes(wanted));
  };

  fp.fillNumbers = (text, ...values) => text.replace(/\{(\d)\}/g, (all, n) => (n in values ? String(values[n]) : all));

  if (typeof document === 'undefined')
    return;

  /* ---- heads ---- */

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes))
      made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /* Heads with data-sort become buttons; sort(column, descending) is told. Numbers come down first, texts up. */
  fp.sortHeads = function (heads, sort) {
    for (const th of heads) {
      if (!th.dataset.sort)
        continue;
      const button = element('button', { type: 'button', class: 'sort' }, ...th.childNodes);
      th.append(button);
      button.addEventListener('click', () => {
        const now = th.getAttribute('aria-sort');
        const descending = now ? now === 'ascending' : th.dataset.sort === 'number';
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        th.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
        sort(th.cellIndex, descending);
      });
    }
  };

  let boxes = 0;

  /* A box that filters, and what it found: { element, say(text) }. `of`: what is filtered, for who does not see it. */
  fp.filterBox = function (label, of, changed) {
    const id = `filter-${++boxes}`, input = element('input', { type: 'search', id, autocomplete: 'off', spellcheck: 'false' });
    const found = element('output', { role: 'status', class: 'found', for: id });
    input.addEventListener('input', () => changed(input.value));
    return {
      element: element('p', { class: 'table-tools' }, element('label', { for: id }, label,
        element('span', { class: 'hidden' }, ` ${of}`)), ' ', input, ' ', found),
      say: (text) => { found.textContent = text; },
    };
  };

  /* ---- the tables of the page ---- */

  /* Of a name its own text, not the marks around it. */
  const textOf = (cells) => fp.foldText(cells.map((cell) =>
    (cell.querySelector('code') || cell).textContent.replace(/\s+/g, ' ').trim()).join('\n'));

  /* A row and those that belong to it; its texts, to be searched. */
  function readRows(body) {
    const items = [];
    for (const row of body.rows) {
      if (row.classList.contains('parts'))
        items[items.length - 1].rows.push(row);
      else
        items.push({ row, rows: [row], text: textOf([...row.cells].filter((cell) => !cell.matches('.number, .share'))) });
    }
    return items;
  }

  function keyOf(item, column, numeric) {
    const cell = item.row.cells[column];
    if (numeric)
      return { key: fp.sortKey(cell.dataset.value), group: cell.dataset.unit };
    return { key: textOf([cell]) };
  }

  /* A row of the same thing as the one above it reads as one group with it: not so once they are apart. */
  function regroup(items) {
    let before = null;
    for (const { row } of items) {
      const name = row.querySelector('th bdi');
      row.classList.toggle('same', name !== null && before === name.textContent);
      before = name && name.textContent;
    }
  }

  /* The rows that are folded away come back into the one table; a button takes the place of the fold. */
  function unfold(table, update) {
    const fold = table.parentElement.querySelector(':scope > details');
    if (!table.closest('.ranking') || !fold)
      return null;
    table.tBodies[0].append(...fold.querySelector('tbody').rows);
    const button = element('button', { type: 'button', class: 'more', 'aria-expanded': 'false' },
      fold.querySelector('summary').textContent);
    button.addEventListener('click', () => {
      button.setAttribute('aria-expanded', String(button.getAttribute('aria-expanded') === 'false'));
      update();
    });
    fold.replaceWith(button);
    return button;
  }

  function enhance(table, words) {
    const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
    const more = unfold(table, show), grouped = body.querySelector('.same') !== null;
    let items = readRows(body), query = '', box = null;
    if (items.length < 2)
      return;

    function show() {
      const matched = query.trim() ? fp.filtered(items, (item) => item.text, query) : items, seen = new Set(matched);
      const most = more && !query.trim() && more.getAttribute('aria-expanded') === 'false' ? SHOWN : items.length;
      for (const item of items)
        for (const row of item.rows)
          row.hidden = !seen.has(item);
      matched.forEach((item, i) => item.row.classList.toggle('beyond', i >= most)); /* paper shows them all the same */
      if (more)
        more.hidden = Boolean(query.trim());
      if (grouped)
        regroup(matched);
      if (box)
        box.say(!query.trim() ? '' : matched.length ? fp.fillNumbers(words.found, matched.length, items.length) : words.none);
    }

    fp.sortHeads(heads, (column, descending) => {
      const numeric = heads[column].dataset.sort === 'number';
      items = fp.sorted(items, (item) => keyOf(item, column, numeric), descending);
      body.append(...items.flatMap((item) => item.rows));
      show();
    });
    table.classList.add('sorts');
    if (items.length >= LONG) {
      box = fp.filterBox(words.filter, table.caption.textContent, (text) => {
        query = text;
        show();
      });
      table.before(box.element);
    }
    show();
  }

  function start() {
    const words = document.getElementById('table-words').dataset;
    document.querySelectorAll('table[data-sortable]').forEach((table) => enhance(table, words));
  }

  if (document.readyState === 'loading')
    document.addEventListener('DOMContentLoaded', start);
  else
    start();
})(globalThis.flamepress = globalThis.flamepress || {});
