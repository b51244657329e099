/* Both sides in the page: what `render --baseline` writes. */
import assert from 'node:assert';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { fp, pathsOf, render } from './support.mjs';

async function compared(before, after, ...options) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-baseline-'));
  try {
    fs.writeFileSync(path.join(dir, 'before.folded'), before);
    return await render(after, '--baseline', path.join(dir, 'before.folded'), ...options);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

const beforeOf = (profile, tree) => pathsOf(profile, tree, tree.beforeTotal);

test('both columns, one tree, two wholes', async () => {
  const { profile, summary } = await compared('a;b 30\na;gone 4\n', 'a;b 5\na;new 7\n');
  const { tree } = profile;
  assert.deepStrictEqual(pathsOf(profile, tree), { '': 12, a: 12, 'a;b': 5, 'a;gone': 0, 'a;new': 7 });
  assert.deepStrictEqual(beforeOf(profile, tree), { '': 34, a: 34, 'a;b': 30, 'a;gone': 4, 'a;new': 0 });
  assert.deepStrictEqual([profile.whole, profile.beforeWhole], [summary.total, summary.baseline.total]);
  assert.deepStrictEqual([profile.whole, profile.beforeWhole], [12, 34]);
});

test('frames meet by identity, and keep the names they were recorded with', async () => {
  const { profile } = await compared('[unknown] 0x1111;leaf 3\n', '[unknown] 0x2222;leaf 5\n');
  assert.deepStrictEqual(pathsOf(profile, profile.tree), { '': 5, '[unknown]': 5, '[unknown];leaf': 5 });
  assert.strictEqual(profile.names.text(profile.raw.get(1)), '[unknown] 0x2222');
  const alone = await render('[unknown] 0x2222;leaf 5\n');
  assert.strictEqual(fp.nodeId(profile, 2), fp.nodeId(alone.profile, 2)); /* one link for both pages */
});

test('switches that were asked for can be switched off on both sides', async () => {
  const { profile } = await compared('[t] x;a;[k] sys 3\n', '[t] y;a;b 5\n', '--fold-threads', '--hide-kernel', '--rename', '/a/A/');
  assert.strictEqual(profile.on, fp.SWITCH.fold_threads | fp.SWITCH.hide_kernel);
  assert.strictEqual(profile.fixed, 0);
  assert.deepStrictEqual(beforeOf(profile, profile.tree),
    { '': 3, '[t] x': 3, '[t] x;A': 3, '[t] x;A;[k] sys': 3, '[t] y': 0, '[t] y;A': 0, '[t] y;A;b': 0 });
  const { tree } = fp.applySwitches(profile, profile.on);
  assert.deepStrictEqual(beforeOf(profile, tree), { '': 3, A: 3, 'A;b': 0 });
  assert.deepStrictEqual(pathsOf(profile, tree), { '': 5, A: 5, 'A;b': 5 });
});

test('what is gathered in the picture is not in the graph', async () => {
  const { profile } = await compared('a 99\nb 1\n', 'a 99\nc 1\n', '--min-share', '0.1');
  assert.deepStrictEqual(beforeOf(profile, profile.tree), { '': 100, a: 99, b: 1, c: 0 });
});
