/*
 * Trees made of another tree: leaf-first (leaves, below each its callers), callers and callees of a function.
 *
 * A node of such a tree is a set of nodes of the other, its cursors, each with what it is worth. One step moves all
 * cursors of a node up to their parents, or down to their children, and groups them by name: these are its children.
 * Cursors that meet become one, so sets shrink on the way to the root. What would be too narrow to see is not followed
 * further until the view is zoomed into it; level by level, no recursion.
 */
(function (fp) {
  'use strict';

  const SEEN = 1 / 4000; /* of what the view shows: less than half a pixel on all but the widest screens */
  const MOST = 400000; /* nodes of such a tree: what could be seen is some thousands */

  /* Numbers of cursors, with their worths, that grow. */
  function pool() {
    let room = 1024, cursor = new Uint32Array(room), after = new Float64Array(room), before = new Float64Array(room);
    const grow = (old, made) => { made.set(old); return made; };
    return {
      count: 0,
      push(node, a, b) {
        if (this.count === room) {
          room *= 2;
          cursor = grow(cursor, new Uint32Array(room));
          after = grow(after, new Float64Array(room));
          before = grow(before, new Float64Array(room));
        }
        cursor[this.count] = node;
        after[this.count] = a;
        before[this.count++] = b;
      },
      cursor: (i) => cursor[i], after: (i) => after[i], before: (i) => before[i],
    };
  }

  /* Adds up what is worth the same cursor; gives them back in the order of names, then of nodes. */
  function gatherer(tree) {
    return fp.cached(tree, 'gatherer', () => {
      const after = new Float64Array(tree.count), before = new Float64Array(tree.count), seen = new Uint8Array(tree.count);
      let nodes = [];
      return {
        add(node, a, b) {
          if (!seen[node]) {
            seen[node] = 1;
            nodes.push(node);
          }
          after[node] += a;
          before[node] += b;
        },
        drain(visit) {
          const base = tree.count; /* a cursor and its name's number go into one double */
          const keys = Float64Array.from(nodes, (node) => tree.name[node] * base + node).sort();
          nodes = [];
          for (const key of keys) {
            const node = key % base, a = after[node], b = before[node];
            after[node] = before[node] = seen[node] = 0;
            visit(node, (key - node) / base, a, b);
          }
        },
      };
    });
  }

  function addChildren(tree, gather, node) {
    for (let c = node + 1; c < tree.end[node]; c = tree.end[c])
      gather.add(c, tree.total[c], tree.beforeTotal ? tree.beforeTotal[c] : 0);
  }

  /* Root first; children of a node stand together, in the order of names. */
  function newBuild(tree, rootName) {
    return { count: 1, parent: [fp.NONE], name: [rootName], origin: [0], total: [0], beforeTotal: [0], from: [0], to: [0],
      within: [false], pool: pool(), tree };
  }

  /* Children of `at` from what was gathered. */
  function addGroups(build, gather, at) {
    const { pool: cursors } = build;
    let last = -1;
    gather.drain((node, name, a, b) => {
      if (name !== last) {
        last = name;
        build.parent.push(at);
        build.name.push(name);
        build.origin.push(fp.originOf(build.tree, node));
        build.total.push(0);
        build.beforeTotal.push(0);
        build.from.push(cursors.count);
        build.to.push(cursors.count);
        build.within.push(build.within[at]);
        build.count++;
      }
      const group = build.count - 1;
      cursors.push(node, a, b);
      build.to[group] = cursors.count;
      build.total[group] += a;
      build.beforeTotal[group] += b;
    });
  }

  function selvesOf(build, totals) {
    const self = Float64Array.from(totals);
    for (let i = 1; i < build.count; i++)
      self[build.parent[i]] -= totals[i];
    return self;
  }

  /* → { tree, zoom }: the tree in preorder and the node at the end of the path, or of as much of it as there is. */
  function arrange(build, zoom, nameCount) {
    const built = {
      count: build.count, parent: build.parent, name: build.name, origin: build.origin,
      self: selvesOf(build, build.total),
      beforeSelf: build.tree.beforeTotal ? selvesOf(build, build.beforeTotal) : null,
    };
    const place = fp.preorder(built, nameCount);
    return { tree: fp.arrange(built, place), zoom: place[zoom] };
  }

  function gatherNext(build, gather, at, up) {
    const { tree, pool: cursors } = build;
    for (let k = build.from[at]; k < build.to[at]; k++) {
      const node = cursors.cursor(k), parent = tree.parent[node];
      if (!up)
        addChildren(tree, gather, node);
      else if (parent !== fp.NONE && parent !== 0)
        gather.add(parent, cursors.after(k), cursors.before(k));
    }
  }

  function grow(profile, build, up, path) {
    const gather = gatherer(build.tree);
    const size = (i) => build.total[i] / (profile.whole || 1) + build.beforeTotal[i] / (profile.beforeWhole || 1);
    let depth = 0, zoom = 0; /* how far along the path, and where that is */
    for (let i = 0; i < build.count && build.count < MOST; i++) {
      const onPath = i === zoom && depth < path.length;
      if (i === zoom && !onPath)
        build.within[i] = true;
      if (!onPath && i !== zoom && !(build.within[i] && size(i) >= SEEN * size(zoom)))
        continue;
      if (i > 0 || !build.seeded)
        gatherNext(build, gather, i, up);
      const first = build.count;
      addGroups(build, gather, i);
      if (!onPath)
        continue;
      const next = build.name.indexOf(path[depth], first);
      depth = next < 0 ? path.length : depth + 1;
      zoom = next < 0 ? i : next;
      if (next < 0) /* there is no more of the path: what is here is what is shown */
        build.within.fill(true, first);
    }
    return arrange(build, zoom, profile.names.count);
  }

  /*
   * Leaves first: below the root what each function has for itself, below it its callers. `path`: names from the
   * root's child down to what is zoomed into, followed however narrow.
   */
  fp.leafFirst = function (profile, tree, path) {
    const build = newBuild(tree, tree.name[0]), gather = gatherer(tree);
    for (let i = 0; i < tree.count; i++) {
      const a = tree.self[i], b = tree.beforeSelf ? tree.beforeSelf[i] : 0;
      if (a > 0 || b > 0) {
        gather.add(i, a, b);
        build.total[0] += a;
        build.beforeTotal[0] += b;
      }
    }
    build.seeded = true;
    return grow(profile, build, true, path);
  };

  /* Frames of a function that have none of it above them: recursion counts once. */
  fp.outermost = function (tree, name) {
    const found = [];
    for (let i = 0; i < tree.count;) {
      if (tree.name[i] === name) {
        found.push(i);
        i = tree.end[i];
      } else {
        i++;
      }
    }
    return found;
  };

  /* Both trees have the function as root: { callers, callees, count }. */
  fp.sandwich = function (profile, tree, name) {
    const found = fp.outermost(tree, name);
    const half = (up) => {
      const build = newBuild(tree, name);
      for (const node of found) {
        const a = tree.total[node], b = tree.beforeTotal ? tree.beforeTotal[node] : 0;
        build.pool.push(node, a, b);
        build.total[0] += a;
        build.beforeTotal[0] += b;
      }
      build.to[0] = build.pool.count;
      return grow(profile, build, up, []).tree;
    };
    return { callers: half(true), callees: half(false), count: found.length };
  };
})(globalThis.flamepress = globalThis.flamepress || {});
