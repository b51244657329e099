/*
 * What is to be drawn for a state: one or two parts, each a tree, a column of widths, and which way it grows.
 * No DOM here.
 */
(function (fp) {
  'use strict';

  fp.MIN_WIDTH = 0.5; /* px; what is narrower is not drawn, with all that stands on it */

  /* What has no value on the shown side has no width: its nearest ancestor that has one is zoomed into, and `absent` is
   * what was asked for. */
  function part(profile, state, tree, asked, up) {
    const side = tree.beforeTotal ? state.side : 'after';
    const column = fp.column(tree, side, profile);
    let zoom = asked;
    while (zoom && !column[zoom])
      zoom = tree.parent[zoom];
    return { tree, zoom, absent: zoom === asked ? fp.NONE : asked, up, column,
      start: fp.starts(tree, column, side, fp.orderOf(profile, state) === 'size'),
      valued: fp.valuedBefore(tree, column, side) };
  }

  const pathOf = (text) => (text ? text.split('.').map(Number).filter((n) => Number.isInteger(n) && n >= 0) : []);

  /* The name's number of a function by its text; -1 when there is none. The first of several kinds that is drawn. */
  fp.findFunction = function (profile, tree, text) {
    const { total } = fp.functionTotals(tree, profile.names.count, false);
    let found = -1;
    for (let n = 0; n < profile.names.count; n++)
      if (profile.names.text(n) === text && (found < 0 || total[n] > total[found]))
        found = n;
    return found;
  };

  /* `base`: { tree, place } of fp.applySwitches; `node`: of the profile, zoomed into. */
  fp.makeScene = function (profile, base, state, node) {
    const { tree } = base;
    if (state.view === 'leaf') {
      const made = fp.leafFirst(profile, tree, pathOf(state.path));
      return { kind: 'leaf', parts: [part(profile, state, made.tree, made.zoom, false)] };
    }
    if (state.view === 'sandwich') {
      const name = fp.findFunction(profile, tree, state.fn);
      if (name < 0)
        return { kind: 'sandwich', parts: [], name, count: 0 };
      const { callers, callees, count } = fp.sandwich(profile, tree, name);
      const parts = [part(profile, state, callers, 0, true), part(profile, state, callees, 0, false)];
      return { kind: 'sandwich', name, count, parts: parts[0].column[0] ? parts : [] };
    }
    const zoom = base.place ? base.place[node] : node;
    return { kind: 'plain', parts: [part(profile, state, tree, zoom, state.view === 'flame')] };
  };

  /*
   * The boxes of a part that are wide enough: { node, x, w, rows, narrow }, `narrow` frames that are not but have a
   * value on the shown side; from left to right within a row when siblings are in the order of names. Frames on the way
   * to the zoomed one take the whole width. Subtrees that are too narrow are stepped over, so this takes as long as what
   * is seen is large.
   */
  fp.layOut = function (p, width) {
    const { tree, column, start, zoom, valued } = p, { end, depth } = tree;
    const node = fp.pathTo(tree, zoom), x = node.map(() => 0), w = node.map(() => width);
    let rows = depth[zoom] + 1, narrow = 0;
    if (column[zoom] > 0) {
      const scale = width / column[zoom], least = fp.MIN_WIDTH / scale, left = start[zoom];
      for (let i = zoom + 1; i < end[zoom];) {
        if (column[i] < least) {
          narrow += valued[end[i]] - valued[i];
          i = end[i];
          continue;
        }
        node.push(i);
        x.push((start[i] - left) * scale);
        w.push(column[i] * scale);
        if (depth[i] >= rows)
          rows = depth[i] + 1;
        i++;
      }
    }
    return { node, x, w, rows, narrow };
  };

  /* The node at a row and a distance from the left; fp.NONE when there is none. */
  fp.hit = function (p, row, x, width) {
    const { tree, column, start, zoom } = p, depth = tree.depth[zoom];
    if (row <= depth)
      return fp.pathTo(tree, zoom)[row];
    const at = start[zoom] + x / width * column[zoom];
    let node = zoom;
    while (tree.depth[node] < row) {
      let child = node + 1;
      while (child < tree.end[node] && !(start[child] <= at && at < start[child] + column[child]))
        child = tree.end[child];
      if (child >= tree.end[node])
        return fp.NONE;
      node = child;
    }
    return column[node] / column[zoom] * width >= fp.MIN_WIDTH ? node : fp.NONE;
  };
})(globalThis.flamepress = globalThis.flamepress || {});
