/*
 * Search: which names match, and what passes through frames of such names. Each distinct name is looked at once; then
 * one pass over the nodes. Literal unless asked otherwise. A name is found by how it was recorded, "[k] read", and by how
 * it is shown, "read": for a literal text the first has the second in it.
 */
(function (fp) {
  'use strict';

  /* Characters of a name that an expression sees, by the number of its unbounded repeats: together with the search for
   * a place to begin, each multiplies the time by the length. */
  const NAME_CAPS = [4000, 2000, 400, 120];
  const TIME_CAP = 1000; /* ms for all names */
  const REPEATS_CAP = 8;

  const fold = (text) => text.normalize('NFC').toLowerCase();

  /*
   * What could run away cannot be stopped once it runs: a script has one thread. So expressions that could are refused:
   * repeats within repeats, alternatives within a repeat, many repeats. → { why, unbounded }; why is '' for the others.
   */
  function danger(pattern) {
    const open = [];
    let inClass = false, repeats = 0, unbounded = 0, closed = null;
    for (let i = 0; i < pattern.length; i++) {
      const c = pattern[i], group = open[open.length - 1];
      const quantifier = !inClass && /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(pattern.slice(i, i + 24));
      if (c === '\\') {
        i++;
        closed = null;
      } else if (inClass) {
        inClass = c !== ']';
      } else if (quantifier && !(c === '?' && pattern[i - 1] === '(')) {
        if (closed && (closed.repeats || closed.alternatives) && c !== '?')
          return { why: 'nested', unbounded };
        repeats++;
        unbounded += c !== '?' && !/^\{\d+\}/.test(quantifier[0]);
        if (group)
          group.repeats = true;
        i += quantifier[0].length - 1 + (pattern[i + quantifier[0].length] === '?'); /* lazy */
        closed = null;
      } else if (c === '(') {
        open.push({ repeats: false, alternatives: false });
        closed = null;
      } else if (c === ')') {
        closed = open.pop() || null;
        const outer = open[open.length - 1];
        if (outer && closed) {
          outer.repeats = outer.repeats || closed.repeats;
          outer.alternatives = outer.alternatives || closed.alternatives;
        }
      } else {
        inClass = c === '[';
        if (c === '|' && group)
          group.alternatives = true;
        closed = null;
      }
    }
    return { why: repeats > REPEATS_CAP || unbounded >= NAME_CAPS.length ? 'many' : '', unbounded };
  }

  /* Folded names are kept: each key that is pressed is a search. */
  function foldedOf(names, i) {
    const all = names.folded || (names.folded = new Array(names.count));
    if (all[i] === undefined)
      all[i] = fold(names.text(i));
    return all[i];
  }

  function literal(names, query, matchCase) {
    const wanted = matchCase ? query : fold(query);
    return matchCase ? (i) => names.text(i).includes(wanted) : (i) => foldedOf(names, i).includes(wanted);
  }

  function expression(names, query, matchCase) {
    const { why, unbounded } = danger(query);
    if (why)
      throw new Error(why);
    const compiled = new RegExp(query, matchCase ? 'u' : 'iu');
    const test = (text) => compiled.test(text.slice(0, NAME_CAPS[unbounded]));
    return (i) => {
      const text = names.text(i), bare = fp.bareName(text);
      return test(bare) || (bare !== text && test(text));
    };
  }

  /*
   * → { matched, count, error, stopped }: matched[name] is 1 or 0, null when nothing was asked or the expression is
   * wrong. `error`: 'nested', 'many', or what the browser says of it. `stopped`: names not looked at for want of time.
   */
  fp.matchNames = function (names, query, { regex = false, matchCase = false } = {}) {
    const none = { matched: null, count: 0, error: '', stopped: 0 };
    if (!query)
      return none;
    let test;
    try {
      test = regex ? expression(names, query, matchCase) : literal(names, query, matchCase);
    } catch (error) {
      return { ...none, error: String(error.message) };
    }
    const matched = new Uint8Array(names.count), until = Date.now() + TIME_CAP;
    let count = 0;
    for (let i = 0; i < names.count; i++) {
      if (test(i)) {
        matched[i] = 1;
        count++;
      }
      if (regex && i % 16 === 15 && Date.now() > until)
        return { matched, count, error: '', stopped: names.count - i - 1 };
    }
    return { matched, count, error: '', stopped: 0 };
  };

  /* What passes through matching frames, each stack once: a matching frame counts with all that is above it. The root
   * is not searched: it is in every stack. → { value, before, first, frames }: `first` the outermost matching nodes. */
  fp.matchedValue = function (tree, matched) {
    const first = [];
    let value = 0, before = 0;
    for (let i = 1; i < tree.count;) {
      if (!matched[tree.name[i]]) {
        i++;
        continue;
      }
      first.push(i);
      value += tree.total[i];
      before += tree.beforeTotal ? tree.beforeTotal[i] : 0;
      i = tree.end[i];
    }
    return { value, before, first };
  };

  /* Names that match and are in the tree, on either side, largest first. */
  fp.matchingFunctions = function (tree, matched, nameCount) {
    const { total } = fp.functionTotals(tree, nameCount, false), found = [];
    const before = tree.beforeTotal ? fp.functionTotals(tree, nameCount, true).total : null;
    for (let n = 0; n < nameCount; n++)
      if (matched[n] && (total[n] > 0 || (before && before[n] > 0)))
        found.push({ name: n, total: total[n], before: before ? before[n] : 0 });
    return found.sort((a, b) => b.total - a.total || b.before - a.before || a.name - b.name);
  };
})(globalThis.flamepress = globalThis.flamepress || {});
