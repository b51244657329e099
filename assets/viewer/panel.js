/* Below the graph: legend, the selected frame in full, the functions that match. Text that can be selected. */
(function (fp) {
  'use strict';

  const LISTED = 50; /* matching functions; the rest is counted */
  const STACK_SHOWN = 2000; /* frames */
  const GROUPS = 14; /* of a legend by package or module */

  /* One side's value and share; what they are of is said. */
  fp.valueText = function (profile, words, value, before) {
    const whole = before ? profile.beforeWhole : profile.whole;
    return `${fp.formatValue(value, profile.unit, words)}, ` +
      fp.fill(words.ofTotal, { share: fp.formatShare(value, whole) });
  };

  /* [label, text, exact] of a frame, for tooltip and panel. */
  fp.factsOf = function (profile, words, scene, { part, node }) {
    const { tree } = part, facts = [];
    const exact = (value) => fp.formatExact(value, profile.unit, words);
    const leaf = scene.kind === 'leaf' && node !== 0;
    facts.push([leaf ? words.leafValue : words.value, fp.valueText(profile, words, tree.total[node], false), exact(tree.total[node])]);
    if (scene.kind === 'plain')
      facts.push([words.itself, fp.valueText(profile, words, tree.self[node], false), exact(tree.self[node])]);
    if (tree.beforeTotal) {
      const before = tree.beforeTotal[node];
      facts.push([words.before, fp.valueText(profile, words, before, true), exact(before)]);
      facts.push([words.change,
        fp.formatChange(before, tree.total[node], profile.beforeWhole, profile.whole, profile.unit, words), '']);
    }
    return facts;
  };

  /* The name that a frame was recorded with. */
  fp.rawName = function (profile, scene, { part, node }) {
    const raw = scene.kind === 'plain' ? profile.raw.get(fp.originOf(part.tree, node)) : undefined;
    return profile.names.text(raw === undefined ? part.tree.name[node] : raw);
  };

  /* A frame a line, the outermost first. */
  fp.stackText = function (profile, scene, { part, node }) {
    const path = fp.pathTo(part.tree, node).map((i) => fp.rawName(profile, scene, { part, node: i }) || fp.noName);
    if (scene.kind === 'leaf')
      return path.slice(1).reverse().join('\n');
    return (part.up && scene.kind === 'sandwich' ? path.reverse() : path).join('\n');
  };

  fp.tipOf = function (profile, words, scene, target) {
    const name = target.part.tree.name[target.node];
    return [
      fp.el('strong', null, fp.nameElement(profile.names.text(name))), fp.kindElement(profile, words, name),
      ...fp.factsOf(profile, words, scene, target).map(([label, text]) =>
        fp.el('span', null, fp.el('em', null, label), ' ', text)),
    ];
  };

  async function copy(text, fallback, words, say) {
    try {
      await navigator.clipboard.writeText(text);
      say(words.copied);
    } catch (error) { /* not allowed, or not there on pages from a file */
      fallback();
      say(words.notCopied);
    }
  }

  /* `on`: { zoom(target), sandwich(name), say(text) } */
  fp.Panel = function (profile, words, on) {
    const legend = fp.el('div', { class: 'viewer-legend' });
    const note = fp.el('p', { class: 'note viewer-note' });
    const frame = fp.el('section', { class: 'viewer-frame', 'aria-label': words.details });
    const list = fp.el('section', { class: 'viewer-matches', 'aria-label': words.matches, hidden: true });
    this.element = fp.el('div', { class: 'viewer-below' }, legend, note, fp.el('div', { class: 'viewer-columns' }, frame, list));

    const head = (text) => fp.el('h3', null, text);
    this.note = (text) => { note.textContent = text; };

    function select(element) {
      const range = document.createRange(), selection = window.getSelection();
      range.selectNodeContents(element);
      selection.removeAllRanges();
      selection.addRange(range);
    }

    function stackElement(text) {
      const pre = fp.el('pre', { tabindex: '0' }, fp.shown(text).replace(/\u240a/g, '\n'));
      return { pre, details: fp.el('details', null, fp.el('summary', null, words.stack), pre) };
    }

    this.showFrame = function (scene, target, tree) {
      if (!target) {
        frame.replaceChildren(head(words.details), fp.el('p', { class: 'note' }, words.none));
        return;
      }
      const { names } = profile, name = target.part.tree.name[target.node], text = names.text(name);
      const raw = fp.rawName(profile, scene, target), nameElement = fp.nameElement(text);
      const rows = [[words.kind, words.kinds[names.kind[name]], '']];
      if (raw !== text)
        rows.push([words.recorded, fp.shown(raw), '']);
      rows.push(...fp.factsOf(profile, words, scene, target));
      const all = fp.functionTotals(tree, names.count, false);
      rows.push([words.inAll, fp.fill(words.inAllText, { total: fp.formatValue(all.total[name], profile.unit, words),
        share: fp.formatShare(all.total[name], profile.whole), self: fp.formatValue(all.self[name], profile.unit, words) }), '']);
      const depth = target.part.tree.depth[target.node];
      const stack = depth < STACK_SHOWN ? stackElement(fp.stackText(profile, scene, target)) : null;
      frame.replaceChildren(head(words.details),
        fp.el('p', { class: 'viewer-full' }, nameElement),
        fp.el('dl', null, ...rows.map(([label, value, exact]) =>
          fp.el('div', null, fp.el('dt', null, label), fp.el('dd', { title: exact || null }, value)))),
        fp.el('p', { class: 'viewer-actions' },
          scene.kind === 'sandwich' ? null : fp.button(words.zoom, () => on.zoom(target)),
          fp.button(words.sandwich, () => on.sandwich(name)),
          fp.button(words.copyName, () => copy(raw, () => select(nameElement), words, on.say)),
          fp.button(words.copyStack, () => copy(fp.stackText(profile, scene, target), () => {
            if (stack) {
              stack.details.open = true;
              select(stack.pre);
            }
          }, words, on.say))),
        ...(stack ? [stack.details] : []));
    };

    this.showMatches = function (found) {
      list.hidden = !found.length;
      if (list.hidden)
        return;
      list.replaceChildren(head(words.matches),
        fp.el('ol', null, ...found.slice(0, LISTED).map(({ name, total }) => fp.el('li', null,
          fp.el('span', { class: 'viewer-share', title: fp.formatExact(total, profile.unit, words) }, fp.formatShare(total, profile.whole)),
          fp.button('', () => on.sandwich(name), { title: words.sandwich }), fp.kindElement(profile, words, name)))),
        fp.el('p', { class: 'note' }, found.length > LISTED
          ? fp.fill(words.more, { count: fp.formatCount(found.length - LISTED) }) : ''));
      list.querySelectorAll('li button').forEach((button, i) =>
        button.append(fp.nameElement(profile.names.text(found[i].name))));
    };

    /* ---- legend ---- */

    const entry = (colour, text, hatched) => fp.el('li', null, fp.swatch(colour, hatched), ' ', fp.shown(text));

    function byKind(tree) {
      const { self, total } = fp.functionTotals(tree, profile.names.count, false), seen = new Set();
      for (let n = 0; n < profile.names.count; n++)
        if (self[n] > 0 || total[n] > 0)
          seen.add(profile.names.kind[n]);
      return words.kinds.map((text, kind) => seen.has(kind)
        ? entry(profile.colours.kinds[kind], text, kind === fp.KIND.UNKNOWN) : null).filter(Boolean);
    }

    function byGroup(tree, by) {
      const { self } = fp.functionTotals(tree, profile.names.count, false), sums = new Map();
      for (let n = 0; n < profile.names.count; n++)
        if (self[n] > 0) {
          const group = fp.groupOf(profile, words, by, n);
          sums.set(group, (sums.get(group) || 0) + self[n]);
        }
      const sorted = [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const items = sorted.slice(0, GROUPS).map(([group, value]) =>
        entry(fp.groupColour(profile, words, group), `${group} ${fp.formatShare(value, profile.whole)}`, false));
      if (sorted.length > GROUPS)
        items.push(fp.el('li', null, fp.fill(words.more, { count: fp.formatCount(sorted.length - GROUPS) })));
      return items;
    }

    function byChange() {
      return profile.colours.changes.map((colour, i) => {
        const step = i - 5, label = step ? fp.STEP_LABELS[Math.abs(step)] : words.same;
        return entry(colour, step ? `${step < 0 ? words.less : words.grew} ${label}` : label, false);
      });
    }

    this.showLegend = function (tree, by) {
      const items = by === 'change' ? byChange() : by === 'type' ? byKind(tree) : byGroup(tree, by);
      const label = by === 'change' ? words.points : words.legend;
      legend.replaceChildren(fp.el('ul', { class: 'legend', 'aria-label': label },
        ...(by === 'change' ? [fp.el('li', null, `${label}:`)] : []), ...items));
    };
  };
})(globalThis.flamepress = globalThis.flamepress || {});
