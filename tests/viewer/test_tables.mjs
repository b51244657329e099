/* The tables of the page: orders, filters, and who calls whom. */
import assert from 'node:assert';
import fs from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

import { dice, fp, profileOf, render, source } from './support.mjs';

vm.runInThisContext(fs.readFileSync(source('assets/page.js'), 'utf8'), 'page.js');

const keys = (values) => values.map((text, at) => ({ text, at }));
const order = (values, descending) =>
  fp.sorted(keys(values), (item) => ({ key: fp.sortKey(item.text) }), descending).map((item) => item.at);

test('numbers sort exactly, what is none comes last, equals stay as they were', () => {
  assert.deepStrictEqual(order(['10', '9', '-3', '0.5', '', '9'], false), [2, 3, 1, 5, 0, 4]);
  assert.deepStrictEqual(order(['10', '9', '-3', '0.5', '', '9'], true), [0, 1, 5, 3, 2, 4]);
  /* the first two are the same number in double precision */
  assert.deepStrictEqual(order(['9007199254740993', '9007199254740992', '9007199254740994', '1e3', '5'], true), [2, 0, 1, 3, 4]);
  assert.deepStrictEqual(order([' ', 'no', undefined], true), [0, 1, 2]);
});

test('values of several units stand together, in either direction', () => {
  const rows = [['microseconds', 5], ['bytes', 900], ['microseconds', 7], ['bytes', 1]];
  const sorted = (descending) => fp.sorted(rows, ([group, key]) => ({ key, group }), descending).map(([, key]) => key);
  assert.deepStrictEqual(sorted(true), [900, 1, 7, 5]);
  assert.deepStrictEqual(sorted(false), [1, 900, 5, 7]);
});

test('a filter is literal, and folds case', () => {
  const names = ['std::vec<T>::Push', 'a.b(c)', 'cafe\u0301', 'PUSH'], text = (name) => fp.foldText(name);
  assert.deepStrictEqual(fp.filtered(names, text, ' push '), ['std::vec<T>::Push', 'PUSH']);
  assert.deepStrictEqual(fp.filtered(names, text, '.'), ['a.b(c)']);
  assert.deepStrictEqual(fp.filtered(names, text, '(c'), ['a.b(c)']);
  assert.deepStrictEqual(fp.filtered(names, text, 'CAF\u00c9'), ['cafe\u0301']);
  assert.strictEqual(fp.fillNumbers('{1} of {0}', 3, 12), '12 of 3');
});

const nameOf = (profile, text) => Array.from({ length: profile.names.count }, (_, i) => i).find((i) => profile.names.text(i) === text);
const texts = (profile, calls) => calls.map(({ name, value }) => `${profile.names.text(name)} ${value}`).join(', ');

test('callers and callees, recursion counted once', () => {
  const profile = profileOf([['a;f', 1], ['a;f;g;f', 20], ['b;f;f;g;f', 300], ['b;f;g', 4000], ['b;f;g;f;g', 50000], ['leaf', 7]]);
  for (const [name, self, total, callers, callees] of [
    ['f', 321, 54321, 'b 54300, a 21', 'g 54000'],
    ['g', 54000, 54320, 'f 54320', 'f 320'],
    ['leaf', 7, 7, 'svc 7', ''],
  ]) {
    const calls = fp.callsOf(profile.tree, nameOf(profile, name));
    assert.deepStrictEqual([calls.self, calls.total, texts(profile, calls.callers), texts(profile, calls.callees)],
      [self, total, callers, callees], name);
  }
});

test('callers and callees as the program has them', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const roll = dice(seed), lines = [];
    for (let i = 0; i < 150; i++)
      lines.push(`${Array.from({ length: 1 + roll(12) }, () => 'abcdefg'[roll(7)]).join(';')} ${1 + roll(1000)}`);
    const { profile, summary } = await render(`${lines.join('\n')}\n`, '--service', 'svc');
    assert.ok(summary.calls.length > 3);
    for (const wanted of summary.calls) {
      const calls = fp.callsOf(profile.tree, nameOf(profile, wanted.name));
      const plain = (list) => list.slice(0, 10).map(({ name, value }) => [profile.names.text(name), value]);
      assert.deepStrictEqual([calls.self, calls.total, calls.callers.length, calls.callees.length],
        [wanted.self, wanted.total, wanted.callers_count, wanted.callees_count]);
      assert.deepStrictEqual(plain(calls.callers), wanted.callers.map(({ name, value }) => [name, value]));
      assert.deepStrictEqual(plain(calls.callees), wanted.callees.map(({ name, value }) => [name, value]));
    }
  }
});

test('the list of functions: neither threads nor the root, both sides, in any order', () => {
  const profile = profileOf([['[t] w;a;b', 5, 50], ['[t] w;a', 4, 0], ['[t] w;new', 1, 0], ['[t] w;old', 0, 50]]);
  const list = fp.functionList(profile), named = (ids) => Array.from(ids, (n) => profile.names.text(n));
  assert.deepStrictEqual(named(list.ids), ['a', 'b', 'new', 'old']);
  assert.deepStrictEqual(named(fp.sortFunctions(list, 'self', true)), ['b', 'a', 'new', 'old']);
  assert.deepStrictEqual(named(fp.sortFunctions(list, 'total', true)), ['a', 'b', 'new', 'old']);
  assert.deepStrictEqual(named(fp.sortFunctions(list, 'changeTotal', true)), ['a', 'new', 'b', 'old']);
  assert.deepStrictEqual(named(fp.sortFunctions(list, 'changeSelf', false)), ['old', 'b', 'new', 'a']);
  assert.deepStrictEqual(named(fp.sortFunctions(list, 'name', true)), ['old', 'new', 'b', 'a']);
  assert.deepStrictEqual(Array.from(list.ids, (n) => Math.round(list.columns.changeTotal[n])), [40, 0, 10, -50]);
});

test('names break where the program breaks them, and long ones lose their middle', () => {
  for (const [name, pieces] of [
    ['com.example.Order.run(int)', ['com.', 'example.', 'Order.', 'run', '(int)']],
    ['core::ptr::drop<A, B>', ['core::', 'ptr::', 'drop', '<A,', ' B>']],
    ['[k] /usr/lib/x.so', ['/', 'usr/', 'lib/', 'x.', 'so']],
    ['a...b', ['a...', 'b']],
    ['end.', ['end.']],
    ['Foo$Bar', ['Foo', '$Bar']],
  ])
    assert.deepStrictEqual(fp.namePieces(name), pieces);
  const long = fp.namePieces('\u{1f525}'.repeat(1000)).join('');
  assert.strictEqual([...long].length, 160 + 3 + 160);
  assert.deepStrictEqual([3.2, -0.001, 0.001, 0, -12].map(fp.formatPointsShort), ['+3.20', '> \u22120.01', '< 0.01', '0.00', '\u221212.00']);
});

test('a hundred thousand functions: sorting and one function’s calls take no time that is noticed', () => {
  const roll = dice(7), count = 100000;
  const parent = new Uint32Array(count + 1), name = new Uint32Array(count + 1), self = new Float64Array(count + 1);
  parent[0] = fp.NONE;
  for (let i = 1; i <= count; i++) {
    parent[i] = 0;
    name[i] = i;
    self[i] = roll(1e6);
  }
  const depth = Uint32Array.from(parent, (p, i) => (i ? 1 : 0));
  const tree = fp.finishTree({ count: count + 1, parent, depth, name, self, beforeSelf: null, origin: null });
  const profile = { tree, on: 0, whole: tree.total[0], beforeWhole: 0,
    names: { count: count + 1, kind: new Uint8Array(count + 1), text: (i) => `function ${i}` } };
  const from = performance.now(), list = fp.functionList(profile), sorted = fp.sortFunctions(list, 'self', true);
  const { matched } = fp.matchNames(profile.names, 'ION 99');
  fp.callsOf(tree, 7);
  assert.ok(performance.now() - from < 3000, `${performance.now() - from} ms`);
  assert.ok(list.columns.self[sorted[0]] >= list.columns.self[sorted[1]]);
  assert.strictEqual(sorted.filter((n) => matched[n]).length, 1111);
});
