/* The whole: state, what follows from it, and the address. Started by profile.js. */
(function (fp) {
  'use strict';

  const LIGHT = ['q', 'regex', 'matchCase', 'colour']; /* nothing moves when these change */
  const SLICE = 12; /* ms of looking for a frame before the page may draw again */

  fp.Viewer = function (profile, words) {
    const defaults = fp.defaultState(profile);
    const whole = { tree: profile.tree, place: null };
    let state = { ...defaults }, base = whole, baseOn = 0, node = 0, scene = null;
    let search = { matched: null, count: 0, error: '', stopped: 0 }, hits = null, asked = '';
    let functions = [], steps = { key: [], list: [] }, at = -1; /* what matches, and where we are among it */
    let chosen = null, colourOf = null, colouredBy = '', looking = 0;

    const graph = new fp.Graph(profile, words, {
      choose, activate: zoomTo, out: zoomOut, home: () => set({ node: '', path: '' }, false, 0), sibling, match,
      search: () => controls.focusSearch(),
    }, (target) => fp.tipOf(profile, words, scene, target));
    const controls = new fp.Controls(profile, words, set, { match, reset });
    const panel = new fp.Panel(profile, words, {
      zoom: (target) => goTo(() => zoomTo(target)), sandwich: (name) => goTo(() => openSandwich(name)), say: controls.tell,
    });
    this.elements = [controls.element, graph.element, panel.element];

    /* ---- what follows from a state ---- */

    function applySwitches() {
      if (state.on === baseOn)
        return;
      base = state.on ? fp.applySwitches(profile, state.on) : whole;
      baseOn = state.on;
      asked = '';
    }

    function applySearch() {
      const key = JSON.stringify([state.q, state.regex, state.matchCase]);
      if (key === asked)
        return;
      asked = key;
      at = -1;
      search = fp.matchNames(profile.names, state.q, state);
      hits = search.matched ? fp.matchedValue(base.tree, search.matched) : null;
      functions = search.matched ? fp.matchingFunctions(base.tree, search.matched, profile.names.count) : [];
      panel.showMatches(functions);
    }

    function sayFound() {
      const { error, stopped } = search;
      if (error)
        return controls.say(words[error] || fp.fill(words.wrong, { why: error }));
      if (!hits)
        return controls.say('');
      if (!functions.length)
        return controls.say(words.nothing);
      let text = fp.fill(words.found, { functions: fp.counted(functions.length, words.function, words.functions),
        value: fp.formatValue(hits.value, profile.unit, words), share: fp.formatShare(hits.value, profile.whole) });
      if (profile.tree.beforeTotal)
        text += fp.fill(words.foundBefore, { value: fp.formatValue(hits.before, profile.unit, words),
          share: fp.formatShare(hits.before, profile.beforeWhole) });
      if (stopped)
        text += '. ' + fp.fill(words.stopped, { names: fp.counted(stopped, words.name, words.names) });
      return controls.say(text);
    }

    function look() {
      const byChange = state.colour === 'change';
      if (!byChange && colouredBy !== state.colour) {
        colourOf = fp.nameColours(profile, words, state.colour);
        colouredBy = state.colour;
      }
      const changes = byChange ? new Map(scene.parts.map((p) => [p, fp.changeColours(profile, p.tree)])) : null;
      const style = getComputedStyle(document.documentElement);
      return {
        fill: byChange ? (p, i) => changes.get(p)(i) : (p, i) => colourOf(p.tree.name[i]),
        hatches: !byChange, matched: search.matched, chosen, hovered: null,
        ink: style.color, paper: style.backgroundColor,
      };
    }

    const shownSide = () => (state.side === 'before' ? 'before' : 'after');

    /* Of a frame that was asked for and is not on the shown side. */
    function absentText() {
      const [p] = scene.parts;
      if (!p || p.absent === fp.NONE)
        return '';
      const nameOf = (i) => fp.nameText(profile.names.text(p.tree.name[i]));
      return fp.fill(words.absent[shownSide()], { name: nameOf(p.absent), shown: nameOf(p.zoom) });
    }

    function noteText() {
      const texts = [fp.fill(words.reading[state.view], scene.kind === 'sandwich' ? {
        name: fp.nameText(state.fn), frames: fp.counted(scene.count, words.frame, words.frames) } : {})];
      if (scene.kind === 'sandwich' && !scene.parts.length)
        texts[0] = scene.name >= 0 ? words.absentFunction[shownSide()] : words.noFunction;
      if (state.side === 'difference')
        texts.push(words.reading.difference);
      if (state.colour === 'change')
        texts.push(words.reading.change);
      const on = Object.keys(fp.SWITCH).filter((key) => (state.on | profile.fixed) & fp.SWITCH[key]);
      if (on.length)
        texts.push(fp.fill(words.shownWith, { what: on.map((key) => words.switches[key].toLowerCase()).join(', ') }));
      const narrow = scene.parts.reduce((sum, p) => sum + p.boxes.narrow, 0);
      if (narrow) /* what a derived tree holds of them is not all */
        texts.push(scene.kind === 'plain' ? fp.fill(words.narrow, { frames: fp.counted(narrow, words.frame, words.frames) })
          : words.narrowSome);
      if (Math.max(profile.whole, profile.beforeWhole) > Number.MAX_SAFE_INTEGER)
        texts.push(words.inexact);
      return texts.join(' ');
    }

    function showPath() {
      if (scene.kind === 'sandwich' || !scene.parts.length)
        return controls.showPath([]);
      const [p] = scene.parts;
      return controls.showPath(fp.pathTo(p.tree, p.zoom).map((i) => ({
        name: p.tree.name[i], go: () => zoomTo({ part: p, node: i }),
      })));
    }

    const sync = () => controls.sync({ ...state, order: fp.orderOf(profile, state) }, Boolean(hits && hits.first.length));

    /* After a change; `keep`: nothing moves. */
    function render(keep) {
      applySwitches();
      applySearch();
      if (!keep || !scene) {
        scene = fp.makeScene(profile, base, state, node);
        const [p] = scene.parts;
        chosen = p && (p.zoom || scene.kind === 'sandwich') ? { part: p, node: p.zoom } : null;
      }
      sync();
      sayFound();
      controls.tell(absentText());
      showPath();
      panel.showLegend(base.tree, state.colour);
      panel.showFrame(scene, chosen, base.tree);
      if (keep)
        graph.look(look());
      else
        graph.show(scene, look(), false);
      panel.note(noteText());
    }

    /* ---- the address ---- */

    function write(replace) {
      const address = fp.formatAddress(state, defaults), memory = { flamepressNode: node };
      const url = address === '#' ? location.pathname + location.search : address;
      try {
        if (replace)
          history.replaceState(memory, '', url);
        else
          history.pushState(memory, '', url);
      } catch (error) { /* too often, or not on this kind of page: the view works all the same */
        if (!replace)
          location.hash = address;
      }
    }

    /* A sandwich, and nothing else, is of a function: of the zoomed frame, or of the largest, when nothing says which. */
    function needFunction() {
      if (state.view !== 'sandwich') {
        state.fn = null;
      } else if (state.fn === null) {
        const { tree, place } = base, zoomed = place ? place[node] : node;
        state.fn = profile.names.text(zoomed ? tree.name[zoomed] : fp.largestFunction(profile, tree));
      }
    }

    /* A state from outside: `toggle` is a switch's bit; `to` the node of the profile that state.node is the id of. */
    function set(patch, replace, to) {
      const { toggle, ...rest } = patch;
      const before = state;
      state = fp.patched(state, rest);
      if (rest.view === 'sandwich' && chosen && !('fn' in rest))
        state.fn = profile.names.text(chosen.part.tree.name[chosen.node]);
      needFunction();
      if (toggle)
        state.on = state.on ^ toggle;
      if (to !== undefined) {
        node = to;
        state.node = fp.nodeId(profile, to);
      }
      if (state.view !== before.view && state.view !== 'leaf')
        state.path = '';
      looking++;
      write(replace);
      render(to === undefined && Object.keys(patch).every((key) => LIGHT.includes(key)));
    }

    function reset() {
      set({ ...defaults, theme: state.theme }, false, 0);
    }

    /* Finds the frame of an address without holding up the page; another address ends it. */
    function lookFor(id, mine) {
      const search_ = fp.findAnywhere(profile, id);
      controls.say(words.finding);
      const go = () => {
        const until = performance.now() + SLICE;
        while (mine === looking) {
          const { done, value } = search_.next();
          if (done && value === fp.NONE)
            return controls.say(words.notFound);
          if (done) {
            node = value;
            history.replaceState({ flamepressNode: node }, '');
            return render(false);
          }
          if (performance.now() > until)
            return void setTimeout(go, 0);
        }
        return undefined;
      };
      setTimeout(go, 0);
    }

    this.readAddress = function () {
      const read = fp.parseAddress(location.hash, defaults);
      if (!read && location.hash && location.hash !== '#')
        return; /* an anchor: the view stays as it is */
      state = read || { ...defaults, theme: state.theme };
      const known = history.state && history.state.flamepressNode;
      const mine = ++looking;
      node = 0;
      if (state.node && Number.isInteger(known) && known > 0 && known < profile.tree.count &&
          fp.nodeId(profile, known) === state.node)
        node = known;
      needFunction();
      render(false);
      if (state.node && !node)
        lookFor(state.node, mine);
    };

    /* ---- what the reader does ---- */

    /* `announce`: it is told, behind `place`, if any. */
    function choose(target, announce, place = '') {
      chosen = target;
      sync();
      graph.look(look());
      panel.showFrame(scene, chosen, base.tree);
      graph.reveal(target);
      if (announce) {
        const { tree } = target.part, before = state.side === 'before' && tree.beforeTotal;
        controls.tell(`${place}${fp.nameText(profile.names.text(tree.name[target.node]))}: ` +
          fp.valueText(profile, words, (before ? tree.beforeTotal : tree.total)[target.node], before));
      }
    }

    /* What was pressed, below the graph, may be gone; the graph is where there is something to see. */
    function goTo(view) {
      view();
      fp.comeIntoView();
      graph.focus();
    }

    function openSandwich(name) {
      if (scene.kind === 'sandwich' && scene.name === name)
        return;
      set({ view: 'sandwich', fn: profile.names.text(name) }, false);
    }

    function zoomTo({ part, node: to }) {
      if (scene.kind === 'sandwich')
        openSandwich(part.tree.name[to]);
      else if (scene.kind === 'leaf')
        set({ path: fp.pathTo(part.tree, to).slice(1).map((i) => part.tree.name[i]).join('.') }, false);
      else if (to !== part.zoom)
        set({}, false, fp.originOf(part.tree, to));
    }

    function zoomOut() {
      const [p] = scene.parts;
      if (scene.kind === 'sandwich')
        set({ view: defaults.view }, false);
      else if (p && p.zoom)
        zoomTo({ part: p, node: p.tree.parent[p.zoom] });
    }

    /* To the neighbour of what is zoomed into. */
    function sibling(step) {
      const [p] = scene.parts;
      if (scene.kind === 'sandwich' || !p.zoom)
        return;
      const { tree, zoom } = p, found = [];
      for (let c = tree.parent[zoom] + 1; c < tree.end[tree.parent[zoom]]; c = tree.end[c])
        if (p.column[c] > 0)
          found.push(c);
      found.sort((a, b) => p.start[a] - p.start[b]);
      const next = found[found.indexOf(zoom) + step];
      if (next !== undefined)
        zoomTo({ part: p, node: next });
    }

    /* The widest view in which a frame is seen well. */
    function roomFor(p, to) {
      let room = to;
      while (room !== 0 && p.column[to] >= 0.01 * p.column[p.tree.parent[room]])
        room = p.tree.parent[room];
      return room;
    }

    function matchesHere() {
      const plain = scene.kind === 'plain', found = [];
      const key = [hits, ...scene.parts.map((p) => (plain ? p.column : p.boxes))];
      if (steps.key.length === key.length && steps.key.every((one, i) => one === key[i]))
        return steps.list;
      for (const p of scene.parts)
        for (const i of plain ? hits.first : p.boxes.node)
          if (p.column[i] > 0 && (plain || (i !== 0 && search.matched[p.tree.name[i]])))
            found.push({ half: scene.parts.indexOf(p), node: i, width: p.column[i] });
      steps = { key, list: found.sort((a, b) => b.width - a.width || a.half - b.half || a.node - b.node) };
      at = -1;
      return found;
    }

    /* To the next of what matches, the largest first. */
    function match(step) {
      const found = hits ? matchesHere() : [];
      if (!found.length)
        return;
      at = at < 0 && step < 0 ? found.length - 1 : (at + step + found.length) % found.length;
      const { half, node: to } = found[at];
      if (scene.kind === 'plain') {
        const [p] = scene.parts, k = p.boxes.node.indexOf(to);
        if (k < 0 || p.boxes.w[k] < 2)
          zoomTo({ part: p, node: roomFor(p, to) });
      }
      choose({ part: scene.parts[half], node: to }, true,
        fp.fill(words.step, { at: fp.formatCount(at + 1), all: fp.formatCount(found.length) }));
    }

    /* The page's links to a frame's difference: here, and not in the picture that they lead to without script. */
    function openDifference(event) {
      const link = event.target.closest('a[data-node]');
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      location.hash = fp.formatAddress(
        fp.patched(defaults, { theme: state.theme, side: 'difference', node: link.dataset.node }), defaults);
      fp.comeIntoView();
      graph.focus();
    }

    /* The browser goes to an anchor as ever, scroll, focus, history and all; then the address has the view again, which
     * is still what is shown. */
    function keepView(event) {
      if (fp.parseAddress(new URL(event.oldURL).hash, defaults) && !fp.parseAddress(location.hash, defaults) &&
          location.hash)
        write(true);
    }

    this.watch = function () {
      document.addEventListener('click', openDifference);
      window.addEventListener('hashchange', keepView);
      window.addEventListener('popstate', this.readAddress); /* back, forward, and an address that was edited */
      window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => graph.look(look()));
      document.addEventListener('flamepress-theme', (event) => { /* the switch of the page; the address has it, too */
        state.theme = event.detail;
        graph.look(look());
      });
      graph.onresize(() => {
        graph.show(scene, look(), true);
        panel.note(noteText());
      });
    };
  };

  /* ---- the start ---- */

  /* A link to a frame is a link to the graph; a page that is seen again is where its reader left it. */
  function followLink() {
    const [how] = performance.getEntriesByType('navigation');
    if (how && how.type === 'navigate' && new URLSearchParams(location.hash.slice(1)).get('node'))
      fp.comeIntoView();
  }

  function replacePicture() {
    const picture = document.getElementById('picture');
    if (picture)
      picture.hidden = true;
  }

  async function start(text) {
    const place = document.getElementById('viewer');
    if (!place)
      return;
    const words = fp.wordsFor(document.documentElement.lang);
    fp.noName = words.noName;
    try {
      const profile = fp.decode(await fp.unpack(text)), viewer = new fp.Viewer(profile, words);
      place.replaceChildren(...viewer.elements);
      place.hidden = false;
      viewer.readAddress();
      viewer.watch();
      replacePicture(); /* only now: until it is drawn, the picture is what there is */
      followLink();
      performance.mark('flamepress-drawn');
      setTimeout(() => fp.showFunctions(profile, words), 0); /* once the picture is seen */
    } catch (error) {
      place.replaceChildren(fp.el('p', { class: 'note', role: 'status' }, fp.fill(words.failed, { why: error.message })));
      place.hidden = false;
    }
  }

  /* Called by profile.js. */
  fp.profile = function (text) {
    if (document.readyState === 'loading')
      document.addEventListener('DOMContentLoaded', () => start(text));
    else
      start(text);
  };
})(globalThis.flamepress = globalThis.flamepress || {});
