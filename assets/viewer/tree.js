/*
 * Trees: columns in preorder, siblings in the order of names, as in the program (src/profile/tree.h): a parent comes
 * before its children, the first child is i + 1, the next sibling is end[i]. No recursion: stacks may be 100,000 deep.
 */
(function (fp) {
  'use strict';

  function totalsOf(parent, self) {
    const total = self.slice();
    for (let i = total.length - 1; i > 0; i--)
      total[parent[i]] += total[i];
    return total;
  }

  /* Adds what follows from parent and self: end, total, beforeTotal. */
  fp.finishTree = function (tree) {
    const { count, parent } = tree;
    const end = new Uint32Array(count);
    for (let i = count - 1; i >= 0; i--) {
      if (end[i] <= i)
        end[i] = i + 1;
      if (i > 0 && end[parent[i]] < end[i])
        end[parent[i]] = end[i];
    }
    tree.end = end;
    tree.total = totalsOf(parent, tree.self);
    tree.beforeTotal = tree.beforeSelf ? totalsOf(parent, tree.beforeSelf) : null;
    tree.cache = new Map(); /* of columns that are made when they are asked for */
    return tree;
  };

  fp.cached = function (tree, key, make) {
    if (!tree.cache.has(key))
      tree.cache.set(key, make());
    return tree.cache.get(key);
  };

  /* Which node of the profile a node stands for: the first of those that became it. */
  fp.originOf = (tree, node) => (tree.origin ? tree.origin[node] : node);

  /*
   * Nodes in any order, each after its parent → preorder. `place[old]` is the new number. Children of a parent in the
   * order of names: nodes are sorted by name once, then hung before their parents' other children, last name first.
   */
  fp.preorder = function (nodes, nameCount) {
    const { count, parent, name } = nodes;
    const byName = new Uint32Array(count), at = new Uint32Array(nameCount + 1);
    for (let i = 0; i < count; i++)
      at[name[i] + 1]++;
    for (let n = 0; n < nameCount; n++)
      at[n + 1] += at[n];
    for (let i = 0; i < count; i++)
      byName[at[name[i]]++] = i;
    const first = new Uint32Array(count).fill(fp.NONE), next = new Uint32Array(count).fill(fp.NONE);
    for (let k = count - 1; k >= 0; k--) {
      const i = byName[k];
      if (i > 0) {
        next[i] = first[parent[i]];
        first[parent[i]] = i;
      }
    }
    const place = new Uint32Array(count);
    for (let i = 0, number = 0; i !== fp.NONE;) {
      place[i] = number++;
      if (first[i] !== fp.NONE) {
        i = first[i];
        continue;
      }
      while (i !== 0 && next[i] === fp.NONE)
        i = parent[i];
      i = i === 0 ? fp.NONE : next[i];
    }
    return place;
  };

  /* The columns of a tree from those of a builder, in the places that fp.preorder gave. */
  fp.arrange = function (built, place) {
    const { count } = built;
    const to = {
      count,
      parent: new Uint32Array(count), depth: new Uint32Array(count), name: new Uint32Array(count),
      self: new Float64Array(count), beforeSelf: built.beforeSelf ? new Float64Array(count) : null,
      origin: new Uint32Array(count),
    };
    for (let i = 0; i < count; i++) {
      const p = place[i];
      to.parent[p] = i ? place[built.parent[i]] : fp.NONE;
      to.name[p] = built.name[i];
      to.self[p] = built.self[i];
      to.origin[p] = built.origin[i];
      if (to.beforeSelf)
        to.beforeSelf[p] = built.beforeSelf[i];
    }
    for (let i = 1; i < count; i++)
      to.depth[i] = to.depth[to.parent[i]] + 1;
    return fp.finishTree(to);
  };

  /* ---- columns that are drawn ---- */

  /* Widths: of one side, or of both together, each as a share of its own whole, so that nothing is missing. */
  fp.column = function (tree, side, profile) {
    if (side === 'before')
      return tree.beforeTotal;
    if (side !== 'difference')
      return tree.total;
    return fp.cached(tree, 'both', () => {
      const after = 1 / (profile.whole || 1), before = 1 / (profile.beforeWhole || 1);
      return tree.total.map((value, i) => value * after + tree.beforeTotal[i] * before);
    });
  };

  function startsByName(tree, column) {
    const { count, parent } = tree;
    const start = new Float64Array(count), used = new Float64Array(count);
    for (let i = 1; i < count; i++) {
      const p = parent[i];
      start[i] = start[p] + used[p];
      used[p] += column[i];
    }
    return start;
  }

  function startsBySize(tree, column) {
    const { count, end } = tree;
    const start = new Float64Array(count);
    let children = [];
    for (let p = 0; p < count; p++) {
      if (end[p] === p + 1)
        continue;
      children.length = 0;
      for (let c = p + 1; c < end[p]; c = end[c])
        children.push(c);
      if (children.length > 1)
        children.sort((a, b) => column[b] - column[a] || a - b);
      let x = start[p];
      for (const c of children) {
        start[c] = x;
        x += column[c];
      }
    }
    return start;
  }

  /* Where each node begins, in the unit of the column. */
  fp.starts = function (tree, column, side, bySize) {
    return fp.cached(tree, `start ${side} ${bySize}`, () => (bySize ? startsBySize : startsByName)(tree, column));
  };

  /* How many nodes before each have a value in the column: of a range, the difference of its ends. */
  fp.valuedBefore = function (tree, column, side) {
    return fp.cached(tree, `valued ${side}`, () => {
      const before = new Uint32Array(tree.count + 1);
      for (let i = 0; i < tree.count; i++)
        before[i + 1] = before[i] + (column[i] > 0);
      return before;
    });
  };

  /* ---- by function ---- */

  /*
   * Of each name, what passes through it, recursion counted once, and what it has for itself. In preorder a node lies
   * within an outer one of its name exactly when that one's subtree has not ended.
   */
  fp.functionTotals = function (tree, nameCount, before) {
    return fp.cached(tree, `functions ${before}`, () => {
      const values = before ? tree.beforeTotal : tree.total, selves = before ? tree.beforeSelf : tree.self;
      const total = new Float64Array(nameCount), self = new Float64Array(nameCount);
      const until = new Uint32Array(nameCount);
      for (let i = 0; i < tree.count; i++) {
        const n = tree.name[i];
        self[n] += selves[i];
        if (i >= until[n]) {
          total[n] += values[i];
          until[n] = tree.end[i];
        }
      }
      return { total, self };
    });
  };

  /* From the root down to the node, both included. */
  fp.pathTo = function (tree, node) {
    const path = [];
    for (let i = node; i !== fp.NONE; i = tree.parent[i])
      path.push(i);
    return path.reverse();
  };
})(globalThis.flamepress = globalThis.flamepress || {});
