/* All functions of a profile, to be sorted and filtered, and who calls whom: columns by the numbers of names. */
(function (fp) {
  'use strict';

  /* Points of share between the sides. */
  function changesOf(profile, after, before) {
    return after.map((value, i) => 100 * ((profile.whole ? value / profile.whole : 0) -
      (profile.beforeWhole ? before[i] / profile.beforeWhole : 0)));
  }

  /*
   * → { tree, ids, columns }: functions that are in the tree, on either side; threads, processes and the host are none.
   * The tree is as the page's other numbers have it.
   */
  fp.functionList = function (profile) {
    const { names } = profile, { THREAD, PROCESS, HOST } = fp.KIND;
    const tree = profile.on ? fp.applySwitches(profile, profile.on).tree : profile.tree;
    const now = fp.functionTotals(tree, names.count, false);
    const before = tree.beforeTotal ? fp.functionTotals(tree, names.count, true) : null;
    const ids = [];
    for (let n = 0; n < names.count; n++)
      if (![THREAD, PROCESS, HOST].includes(names.kind[n]) && n !== tree.name[0] &&
          (now.total[n] > 0 || (before && before.total[n] > 0)))
        ids.push(n);
    const columns = { self: now.self, total: now.total };
    if (before) {
      columns.beforeSelf = before.self;
      columns.beforeTotal = before.total;
      columns.changeSelf = changesOf(profile, now.self, before.self);
      columns.changeTotal = changesOf(profile, now.total, before.total);
    }
    return { tree, ids: Uint32Array.from(ids), columns };
  };

  /* That with the most for itself; threads, processes and the host only when there is nothing else. */
  fp.largestFunction = function (profile, tree) {
    const { kind, count } = profile.names, { self } = fp.functionTotals(tree, count, false), { THREAD, PROCESS, HOST } = fp.KIND;
    let best = -1;
    for (let n = 0; n < count; n++)
      if (![THREAD, PROCESS, HOST].includes(kind[n]) && (best < 0 || self[n] > self[best]))
        best = n;
    return best < 0 ? tree.name[0] : best;
  };

  /* Their numbers in another order; `key`: of the columns, or 'name'. Names have their numbers in the order of bytes. */
  fp.sortFunctions = function (list, key, descending) {
    const ids = list.ids.slice(), column = list.columns[key], sign = descending ? -1 : 1;
    if (key === 'name')
      return descending ? ids.reverse() : ids;
    return ids.sort((a, b) => sign * (column[a] - column[b]) || a - b);
  };

  const listed = (values, skip) => {
    const found = [];
    for (const [name, value] of values)
      if (value > 0 && name !== skip)
        found.push({ name, value });
    return found.sort((a, b) => b.value - a.value || a.name - b.name);
  };

  /* As src/profile/calls.h has it: → { self, total, callers, callees }, lists of { name, value }. */
  fp.callsOf = function (tree, name) {
    const callers = new Map(), callees = new Map(), branch = fp.cached(tree, 'branch', () => new Uint32Array(tree.count));
    const add = (to, key, value) => to.set(key, (to.get(key) || 0) + value);
    let total = 0;
    for (let i = 1; i < tree.count;) {
      if (tree.name[i] !== name) {
        i++;
        continue;
      }
      const end = tree.end[i];
      total += tree.total[i];
      add(callers, tree.name[tree.parent[i]], tree.total[i]);
      branch[i] = name;
      add(callees, name, tree.self[i]);
      for (let k = i + 1; k < end; k++) {
        const above = branch[tree.parent[k]];
        branch[k] = tree.name[k] === name || above === name ? tree.name[k] : above;
        if (tree.self[k])
          add(callees, branch[k], tree.self[k]);
      }
      i = end;
    }
    return { self: callees.get(name) || 0, total, callers: listed(callers, fp.NONE), callees: listed(callees, name) };
  };

  /* "+3.20", with a bound for what is not quite nothing; as the program's tables have it. */
  fp.formatPointsShort = function (points) {
    if (points !== 0 && Math.abs(points) < 0.005)
      return points > 0 ? '< 0.01' : '> \u22120.01';
    return (points > 0 ? '+' : '') + points.toFixed(2).replace('-', '\u2212');
  };

  /* Where a line may break: behind "::", ".", "/", ",", ";" and before "<", "(" and "$", as in the program's pages. */
  const PIECES = /(?<=[^:]::)(?!:)|(?<=[./,;])(?!$|[./])|(?<=.)(?=[<($])/s;
  const LONGEST = 480;

  /* The pieces of a name; a long one is shown without its middle. */
  fp.namePieces = function (text) {
    const bare = fp.nameText(text), chars = bare.length > LONGEST ? [...bare] : null;
    const cut = chars && chars.length > LONGEST
      ? `${chars.slice(0, LONGEST / 3).join('')} … ${chars.slice(-LONGEST / 3).join('')}` : bare;
    return cut.split(PIECES);
  };
})(globalThis.flamepress = globalThis.flamepress || {});
