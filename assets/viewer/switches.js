/*
 * Transforms that the page applies: the program's own (src/profile/transform.h), by the same rules and in the same
 * order. What is left out hands its value and its children to the nearest frame that stays; the whole that shares are
 * of is not touched.
 */
(function (fp) {
  'use strict';

  fp.SWITCH = {
    fold_processes: 1, fold_threads: 2, hide_kernel: 4, hide_libraries: 8, merge_recursion: 16, collapse_wrappers: 32,
  };

  /* Nodes that join their parents (1) → a new tree; equal frames that meet become one. `place`: old node → new. */
  function rebuild(tree, nameCount, joins) {
    const { count, parent, name } = tree;
    let bits = 4;
    while (1 << bits < 2 * count)
      bits++;
    const slots = new Uint32Array(1 << bits), mask = slots.length - 1; /* 0 = free: the root needs no slot */
    const to = new Uint32Array(count);
    const built = {
      count: 1, parent: new Uint32Array(count), name: new Uint32Array(count), self: new Float64Array(count),
      beforeSelf: tree.beforeSelf ? new Float64Array(count) : null, origin: new Uint32Array(count),
    };
    built.name[0] = name[0];
    built.origin[0] = fp.originOf(tree, 0);
    for (let i = 0; i < count; i++) {
      if (i > 0)
        to[i] = joins[i] ? to[parent[i]] : child(built, slots, mask, to[parent[i]], name[i], fp.originOf(tree, i));
      built.self[to[i]] += tree.self[i];
      if (built.beforeSelf)
        built.beforeSelf[to[i]] += tree.beforeSelf[i];
    }
    const place = fp.preorder(built, nameCount);
    return { tree: fp.arrange(built, place), place: to.map((node) => place[node]) };
  }

  function child(built, slots, mask, parent, name, origin) {
    let slot = (Math.imul(parent, 0x9e3779b1) ^ Math.imul(name, 0x85ebca6b)) >>> 0;
    for (slot = (slot ^ (slot >>> 15)) & mask; slots[slot]; slot = (slot + 1) & mask) {
      const node = slots[slot];
      if (built.parent[node] === parent && built.name[node] === name)
        return node;
    }
    const node = built.count++;
    slots[slot] = node;
    built.parent[node] = parent;
    built.name[node] = name;
    built.origin[node] = origin;
    return node;
  }

  /* Threads and processes stand at the top, below nothing but threads and processes. The four steps that go by kind
   * are one: none of them changes what another one finds. */
  function planKinds(tree, kinds, on) {
    const { KIND, SWITCH } = fp;
    const joins = new Uint8Array(tree.count), top = new Uint8Array(tree.count);
    const left = new Uint8Array(KIND.UNKNOWN + 1);
    left[KIND.KERNEL] = on & SWITCH.hide_kernel;
    left[KIND.LIBRARY] = on & SWITCH.hide_libraries;
    let any = false;
    top[0] = 1;
    for (let i = 1; i < tree.count; i++) {
      const kind = kinds[tree.name[i]];
      if (top[tree.parent[i]] && (kind === KIND.THREAD || kind === KIND.PROCESS)) {
        top[i] = 1;
        joins[i] = on & (kind === KIND.THREAD ? SWITCH.fold_threads : SWITCH.fold_processes);
      } else {
        joins[i] = left[kind];
      }
      any = any || joins[i] !== 0;
    }
    return any ? joins : null;
  }

  function planRecursion(tree) {
    const joins = new Uint8Array(tree.count);
    let any = false;
    for (let i = 1; i < tree.count; i++)
      if (tree.parent[i] !== 0 && tree.name[i] === tree.name[tree.parent[i]])
        any = joins[i] = 1;
    return any ? joins : null;
  }

  /* More than 99 %, in whole numbers. */
  function nearlyAll(column, node, first) {
    const limit = column[first] - 1;
    return column[first] > 0 && column[first] - column[node] <= (limit - limit % 100) / 100;
  }

  /* On both sides, where there are two; a side without the chain says nothing. */
  function isChain(tree, node, first) {
    if (!tree.beforeTotal || tree.beforeTotal[first] === 0)
      return nearlyAll(tree.total, node, first);
    return nearlyAll(tree.beforeTotal, node, first) && (tree.total[first] === 0 || nearlyAll(tree.total, node, first));
  }

  function planWrappers(tree, kinds) {
    const { KIND } = fp;
    const joins = new Uint8Array(tree.count), first = new Uint32Array(tree.count);
    const may = (i) => i !== 0 && ![KIND.THREAD, KIND.PROCESS, KIND.HOST].includes(kinds[tree.name[i]]);
    let any = false;
    for (let i = 1; i < tree.count; i++) {
      const p = tree.parent[i];
      first[i] = i;
      if (i !== p + 1 || tree.end[i] !== tree.end[p] || !may(p) || !may(i) || !isChain(tree, i, first[p]))
        continue;
      first[i] = first[p];
      if (first[p] !== p)
        any = joins[p] = 1;
    }
    return any ? joins : null;
  }

  /* → { tree, place }: place[node of the profile] is the node that it is in now. */
  fp.applySwitches = function (profile, on) {
    const { names } = profile;
    const steps = [
      [15, (tree) => planKinds(tree, names.kind, on)],
      [fp.SWITCH.merge_recursion, planRecursion],
      [fp.SWITCH.collapse_wrappers, (tree) => planWrappers(tree, names.kind)],
    ];
    let result = { tree: profile.tree, place: null };
    for (const [bits, plan] of steps) {
      const joins = on & bits ? plan(result.tree) : null;
      if (!joins)
        continue;
      const next = rebuild(result.tree, names.count, joins);
      result = { tree: next.tree, place: result.place ? result.place.map((node) => next.place[node]) : next.place };
    }
    return result;
  };
})(globalThis.flamepress = globalThis.flamepress || {});
