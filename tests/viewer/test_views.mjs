/* Layout, leaf-first, callers and callees, sizes, difference: by hand. */
import assert from 'node:assert';
import test from 'node:test';

import { dice, fp, pathsOf, profileOf } from './support.mjs';

const whole = (profile) => ({ tree: profile.tree, place: null });
const sceneOf = (profile, patch, node = 0) => fp.makeScene(profile, whole(profile), { ...fp.defaultState(profile), ...patch }, node);
const nameAt = (profile, p, node) => profile.names.text(p.tree.name[node]);

const boxesOf = (profile, p, width) => {
  const { node, x, w } = fp.layOut(p, width);
  return node.map((i, k) => [nameAt(profile, p, i), p.tree.depth[i], x[k], w[k]]);
};

test('boxes: children from the left, what is for itself stays free', () => {
  const profile = profileOf([['a;b', 30], ['a;c', 20], ['a', 10], ['d', 40]]);
  assert.deepStrictEqual(boxesOf(profile, sceneOf(profile, {}).parts[0], 1000),
    [['svc', 0, 0, 1000], ['a', 1, 0, 600], ['b', 2, 0, 300], ['c', 2, 300, 200], ['d', 1, 600, 400]]);
});

test('zoomed: the way down at full width, then the rest', () => {
  const profile = profileOf([['a;b', 30], ['a;c', 20], ['d', 50]]);
  assert.deepStrictEqual(boxesOf(profile, sceneOf(profile, {}, 1).parts[0], 1000),
    [['svc', 0, 0, 1000], ['a', 1, 0, 1000], ['b', 2, 0, 600], ['c', 2, 600, 400]]);
});

test('zoomed on what the shown side has not: the nearest ancestor that it has, and which was asked for', () => {
  const profile = profileOf([['a;new;deep', 3, 0], ['a;old', 0, 4], ['b', 5, 5]]);
  const at = (text) => profile.tree.name.findIndex((n) => profile.names.text(n) === text);
  const zoomed = (side, text) => {
    const [p] = sceneOf(profile, { side }, at(text)).parts;
    return [nameAt(profile, p, p.zoom), p.absent === fp.NONE ? null : nameAt(profile, p, p.absent)];
  };
  assert.deepStrictEqual(zoomed('before', 'deep'), ['a', 'deep']);
  assert.deepStrictEqual(zoomed('after', 'deep'), ['deep', null]);
  assert.deepStrictEqual(zoomed('after', 'old'), ['a', 'old']);
  assert.deepStrictEqual(zoomed('difference', 'old'), ['old', null]);
  assert.strictEqual(sceneOf(profile, { view: 'sandwich', fn: 'new', side: 'before' }).parts.length, 0);
  assert.strictEqual(sceneOf(profile, { view: 'sandwich', fn: 'new', side: 'after' }).parts.length, 2);
});

test('by size: largest first, then by name', () => {
  const profile = profileOf([['a', 10], ['b', 30], ['c', 10], ['d', 50]]);
  const p = sceneOf(profile, { order: 'size' }).parts[0];
  assert.deepStrictEqual(boxesOf(profile, p, 100).slice(1).map(([name, , x]) => [name, x]), [['a', 80], ['b', 50], ['c', 90], ['d', 0]]);
  for (const [x, name] of [[1, 'd'], [49, 'd'], [51, 'b'], [79, 'b'], [81, 'a'], [99, 'c']])
    assert.strictEqual(nameAt(profile, p, fp.hit(p, 1, x, 100)), name);
});

test('what is narrower than half a pixel is not drawn, nor hit', () => {
  const profile = profileOf([['a', 1], ['b', 9999]]);
  const p = sceneOf(profile, {}).parts[0];
  assert.strictEqual(fp.layOut(p, 1000).node.length, 2);
  assert.deepStrictEqual([fp.layOut(p, 1000).narrow, fp.layOut(p, 10000).narrow], [1, 0]);
  assert.strictEqual(fp.hit(p, 1, 0.05, 1000), fp.NONE);
  assert.strictEqual(fp.layOut(p, 10000).node.length, 3);
});

test('frames without a value on the shown side are not counted as too narrow', () => {
  const profile = profileOf([['a', 9999, 1], ['b;c', 1, 0], ['gone;deep', 0, 9999]]);
  const narrow = (side) => fp.layOut(sceneOf(profile, { side }).parts[0], 1000).narrow;
  assert.deepStrictEqual(['after', 'before', 'difference'].map(narrow), [2, 1, 2]);
  const even = profileOf([['a', 5, 0], ['b', 0, 5]]);
  assert.deepStrictEqual(['after', 'before'].map((side) => fp.layOut(sceneOf(even, { side }).parts[0], 1000).narrow), [0, 0]);
});

test('every box is hit where it is drawn', () => {
  const roll = dice(3), stacks = [];
  for (let i = 0; i < 300; i++)
    stacks.push([Array.from({ length: 1 + roll(8) }, () => 'f' + roll(6)).join(';'), 1 + roll(50)]);
  const profile = profileOf(stacks);
  for (const order of ['name', 'size'])
    for (const zoom of [0, 1, 5]) {
      const p = sceneOf(profile, { order }, zoom).parts[0], { node, x, w } = fp.layOut(p, 800);
      node.forEach((i, k) => assert.strictEqual(fp.hit(p, p.tree.depth[i], x[k] + w[k] / 2, 800), i));
    }
});

test('leaf first: what each has for itself, then who called', () => {
  const profile = profileOf([['a;c', 5], ['b;c', 3], ['b', 2], ['a;b;c', 7]]);
  const { tree } = fp.leafFirst(profile, profile.tree, []);
  assert.deepStrictEqual(pathsOf(profile, tree), { '': 17, b: 2, c: 15, 'c;a': 5, 'c;b': 10, 'c;b;a': 7 });
});

test('leaf first is by size, everything else as the profile has it, unless an order is chosen', () => {
  const profile = profileOf([['a', 10], ['b', 30]]);
  const leftmost = (patch, of = profile) => {
    const [p] = sceneOf(of, patch).parts;
    return boxesOf(of, p, 100).find(([, depth, x]) => depth === 1 && x === 0)[0];
  };
  assert.deepStrictEqual([leftmost({ view: 'leaf' }), leftmost({ view: 'flame' })], ['b', 'a']);
  assert.deepStrictEqual([leftmost({ view: 'leaf', order: 'name' }), leftmost({ order: 'size' })], ['a', 'b']);
  const byValue = { ...profile, byValue: true };
  assert.deepStrictEqual([leftmost({}, byValue), leftmost({ order: 'name' }, byValue)], ['b', 'a']);
  const defaults = fp.defaultState(profile);
  assert.strictEqual(fp.formatAddress({ ...defaults, view: 'leaf' }, defaults), '#view=leaf');
  assert.strictEqual(fp.formatAddress({ ...defaults, view: 'leaf', order: 'name' }, defaults), '#view=leaf&order=name');
});

test('leaf first keeps the root\'s own value, and both sides', () => {
  const profile = profileOf([['', 4, 1], ['a', 5, 2], ['b;a', 0, 6]]);
  const { tree } = fp.leafFirst(profile, profile.tree, []);
  assert.deepStrictEqual(pathsOf(profile, tree), { '': 9, svc: 4, a: 5, 'a;b': 0 });
  assert.deepStrictEqual(pathsOf(profile, tree, tree.beforeTotal), { '': 9, svc: 1, a: 8, 'a;b': 6 });
});

/* The same by brute force. */
function leafFirstSlowly(profile) {
  const paths = { '': 0 };
  for (let i = 0; i < profile.tree.count; i++) {
    const names = fp.pathTo(profile.tree, i).slice(1).map((n) => profile.names.text(profile.tree.name[n])).reverse();
    for (let n = 0; n <= names.length && profile.tree.self[i]; n++) {
      const key = names.slice(0, n).join(';');
      paths[key] = (paths[key] || 0) + profile.tree.self[i];
    }
  }
  return paths;
}

test('leaf first by brute force', () => {
  const roll = dice(11), stacks = [];
  for (let i = 0; i < 200; i++)
    stacks.push([Array.from({ length: 1 + roll(7) }, () => 'f' + roll(4)).join(';'), 100 + roll(50)]);
  const profile = profileOf(stacks);
  assert.deepStrictEqual(pathsOf(profile, fp.leafFirst(profile, profile.tree, []).tree), leafFirstSlowly(profile));
});

test('leaf first, zoomed: narrow things are followed below the path only', () => {
  const stacks = [['big', 1000000]];
  for (let i = 0; i < 5; i++)
    stacks.push([`x${i};small`, 1]);
  const profile = profileOf(stacks), small = profile.tree.name.find((n) => profile.names.text(n) === 'small');
  assert.ok(!('small;x0' in pathsOf(profile, fp.leafFirst(profile, profile.tree, []).tree)));
  const { tree, zoom } = fp.leafFirst(profile, profile.tree, [small]);
  assert.strictEqual(profile.names.text(tree.name[zoom]), 'small');
  assert.strictEqual(pathsOf(profile, tree)['small;x0'], 1);
  assert.strictEqual(fp.leafFirst(profile, profile.tree, [small, 9999]).zoom, zoom); /* as far as there is a path */
});

test('callers and callees: recursion counts once', () => {
  const profile = profileOf([['main;f;g;f;h', 5], ['main;f', 2], ['x;f;h', 3], ['h', 9]]);
  const f = fp.findFunction(profile, profile.tree, 'f');
  const { callers, callees, count } = fp.sandwich(profile, profile.tree, f);
  assert.strictEqual(count, 2);
  assert.deepStrictEqual(pathsOf(profile, callers), { '': 10, main: 7, x: 3 });
  assert.deepStrictEqual(pathsOf(profile, callees), { '': 10, g: 5, 'g;f': 5, 'g;f;h': 5, h: 3 });
  assert.strictEqual(fp.functionTotals(profile.tree, profile.names.count, false).total[f], 10);
  assert.strictEqual(sceneOf(profile, { view: 'sandwich', fn: 'no such' }).parts.length, 0);
});

test('difference: both sides have room, whatever their sizes', () => {
  const profile = profileOf([['a', 50, 0], ['b', 50, 500], ['gone', 0, 500]]);
  const boxes = boxesOf(profile, sceneOf(profile, { side: 'difference' }).parts[0], 1000);
  const rounded = boxes.map(([name, , x, w]) => [name, Math.round(x), Math.round(w)]);
  assert.deepStrictEqual(rounded, [['svc', 0, 1000], ['a', 0, 250], ['b', 250, 500], ['gone', 750, 250]]);
  const before = boxesOf(profile, sceneOf(profile, { side: 'before' }).parts[0], 1000).map(([name, , x, w]) => [name, x, w]);
  assert.deepStrictEqual(before, [['svc', 0, 1000], ['b', 0, 500], ['gone', 500, 500]]);
});

test('labels are painted over the marks, which leave the lowest pixels of a name alone', () => {
  const calls = [], never = () => {};
  const context = { measureText: () => ({ width: 144 }), createPattern: () => null, fillText: () => calls.push(['label']),
    strokeRect: (x, y, w, h) => calls.push(['mark', y + h, context.lineWidth]) };
  for (const name of ['setTransform', 'clearRect', 'fillRect', 'beginPath', 'moveTo', 'lineTo', 'stroke'])
    context[name] = never;
  const canvas = () => ({ style: {}, getContext: () => context });
  globalThis.window = { devicePixelRatio: 1 };
  globalThis.document = { createElement: canvas };
  try {
    const profile = profileOf([['a_b', 5]]), scene = sceneOf(profile, { view: 'icicle' }), target = { part: scene.parts[0], node: 0 };
    profile.colours = { label: '#000' };
    fp.measure(scene, 500);
    const painter = new fp.Painter(canvas(), profile);
    painter.resize(500, 100);
    painter.paint(scene, 0, 100, { fill: () => '#fff', ink: '#000', paper: '#fff', chosen: target, hovered: target });
  } finally {
    delete globalThis.window;
    delete globalThis.document;
  }
  assert.deepStrictEqual(calls.map(([what]) => what), ['mark', 'mark', 'mark', 'label', 'label']);
  for (const [, bottom, line] of calls.slice(0, 3))
    assert.ok(bottom - line / 2 >= fp.ROW - 3, `${bottom} ${line}`);
});
