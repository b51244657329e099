/* The row above the graph: search, view, order, colour, compare, switches; and the path of what is zoomed. */
(function (fp) {
  'use strict';

  const PATH_CELLS = 40; /* of one name in a path */
  const PATH_SHOWN = 5; /* frames at the end of a long path */

  function kindsBelowRoot({ tree, names }) {
    const kinds = new Set();
    for (let i = 1; i < tree.count; i++)
      kinds.add(names.kind[tree.name[i]]);
    return kinds;
  }

  /* `set(patch, replace)`: asks for another state. `on`: { match(step), reset() }. */
  fp.Controls = function (profile, words, set, on) {
    const query = fp.el('input', { type: 'search', id: 'viewer-q', placeholder: words.searchHint, autocomplete: 'off',
      spellcheck: 'false', oninput: () => set({ q: query.value }, true) });
    const status = (name) => fp.el('span', { class: name, role: 'status', 'aria-live': 'polite' });
    const found = status('viewer-found'), told = status('viewer-told');

    function toggle(key, sign, label) {
      return fp.button(sign, () => set({ [key]: toggles[key].getAttribute('aria-pressed') !== 'true' }, true),
        { 'aria-pressed': 'false', 'aria-label': label, title: label });
    }
    const toggles = { matchCase: toggle('matchCase', 'Aa', words.matchCase), regex: toggle('regex', '.*', words.regex) };
    const steps = [
      fp.button('‹', () => on.match(-1), { 'aria-label': words.previous, title: words.previous, disabled: true }),
      fp.button('›', () => on.match(1), { 'aria-label': words.next, title: words.next, disabled: true }),
    ];

    query.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        on.match(event.shiftKey ? -1 : 1);
      } else if (event.key === 'Escape' && query.value) {
        event.preventDefault();
        query.value = '';
        set({ q: '' }, true);
      }
    });

    const selects = {};
    function choice(key, label, names) {
      const select = fp.el('select', { id: `viewer-${key}`, onchange: () => set({ [key]: select.value }, false) },
        ...Object.entries(names).map(([value, text]) => fp.el('option', { value }, text)));
      selects[key] = select;
      return fp.el('span', { class: 'viewer-choice' }, fp.el('label', { for: select.id }, label), ' ', select);
    }

    /* A switch is offered when it would change something, or does. */
    const boxes = {};
    function switches() {
      const kinds = kindsBelowRoot(profile), { KIND } = fp;
      const needs = { fold_processes: KIND.PROCESS, fold_threads: KIND.THREAD, hide_kernel: KIND.KERNEL, hide_libraries: KIND.LIBRARY };
      const items = Object.entries(words.switches).filter(([key]) =>
        !(key in needs) || kinds.has(needs[key]) || (profile.on | profile.fixed) & fp.SWITCH[key]);
      return items.map(([key, text]) => {
        const bit = fp.SWITCH[key], fixed = Boolean(profile.fixed & bit);
        boxes[key] = fp.el('input', { type: 'checkbox', disabled: fixed, onchange: () => set({ toggle: bit }, false) });
        return fp.el('label', { title: fixed ? words.fixed : null }, boxes[key], ' ', text);
      });
    }

    const colours = { ...words.colours };
    if (!profile.tree.beforeTotal)
      delete colours.change;
    const menu = fp.el('details', { class: 'viewer-menu' },
      fp.el('summary', null, words.show), fp.el('div', { role: 'group', 'aria-label': words.show }, ...switches()));
    document.addEventListener('pointerdown', (event) => {
      if (!menu.contains(event.target))
        menu.open = false;
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !menu.open)
        return;
      event.stopPropagation(); /* the graph keeps its zoom, the search its text */
      menu.open = false;
      if (menu.contains(document.activeElement) || document.activeElement === document.body)
        menu.firstChild.focus();
    }, true);

    const path = fp.el('nav', { class: 'viewer-path', 'aria-label': words.path });
    this.element = fp.el('div', { class: 'viewer-controls' },
      fp.el('div', { class: 'viewer-bar' },
        fp.el('span', { class: 'viewer-search', role: 'search' },
          fp.el('label', { for: 'viewer-q', class: 'hidden' }, words.search), query,
          toggles.matchCase, toggles.regex, ...steps),
        choice('view', words.view, words.views),
        choice('order', words.order, words.orders),
        choice('colour', words.colour, colours),
        profile.tree.beforeTotal ? choice('side', words.side, words.sides) : null,
        menu,
        fp.button(words.reset, () => on.reset())),
      fp.el('p', { class: 'viewer-status' }, found, ' ', told), path);

    this.focusSearch = function () {
      query.focus();
      query.select();
    };

    this.sync = function (state, hasMatches) {
      if (query.value !== state.q)
        query.value = state.q;
      for (const key of Object.keys(toggles))
        toggles[key].setAttribute('aria-pressed', String(state[key]));
      for (const key of Object.keys(selects))
        selects[key].value = state[key];
      for (const key of Object.keys(boxes))
        boxes[key].checked = Boolean((state.on | profile.fixed) & fp.SWITCH[key]);
      for (const step of steps)
        step.disabled = !hasMatches;
    };

    const put = (element) => (text) => {
      if (element.textContent !== text)
        element.textContent = text;
    };
    this.say = put(found); /* of the view, for as long as it is */
    this.tell = put(told); /* of what was done last */

    /* `items`: [{ name, go }], the last is where we are. */
    this.showPath = function (items) {
      const hidden = items.length - PATH_SHOWN - 1;
      const shown = hidden > 1 ? [items[0], null, ...items.slice(-PATH_SHOWN)] : items;
      const list = shown.map((item, i) => {
        if (!item)
          return fp.el('li', null, fp.button(fp.fill(words.between, { count: fp.formatCount(hidden) }),
            items[hidden].go));
        const last = i === shown.length - 1;
        return fp.el('li', null, fp.button('', item.go, { title: fp.nameText(profile.names.text(item.name)), 'aria-current': last ? 'true' : null }));
      });
      shown.forEach((item, i) => {
        if (item)
          list[i].firstChild.append(fp.nameElement(fp.labelFor(fp.formsOf(profile, item.name), PATH_CELLS)));
      });
      path.replaceChildren(fp.el('ol', null, ...list));
      path.hidden = items.length < 2;
    };
  };
})(globalThis.flamepress = globalThis.flamepress || {});
