/* Transforms in the page against the program's own. */
import assert from 'node:assert';
import fs from 'node:fs';
import test from 'node:test';

import { dice, fp, pathsOf, profileOf, render, source } from './support.mjs';

const FLAGS = {
  fold_processes: '--fold-processes', fold_threads: '--fold-threads', hide_kernel: '--hide-kernel',
  hide_libraries: '--hide-libraries', merge_recursion: '--merge-recursion', collapse_wrappers: '--collapse-wrappers',
};
const KINDS = ['application', 'library', 'kernel', 'cuda', 'thread', 'process', 'host', 'object', 'unknown'];

/* Stacks with everything a switch looks for: levels, kernel and library frames anywhere, recursion, long chains. */
function randomStacks(seed) {
  const roll = dice(seed), lines = [];
  const frames = ['a', 'a', 'b', 'c', 'd', '[k] sys', '[k] read', '[l] malloc', '[l] free', '[c] gemm', '[unknown] 0x12', '[t] odd'];
  for (let i = 0; i < 120; i++) {
    const stack = [];
    if (roll(3))
      stack.push(`[p] proc${roll(2)}`);
    if (roll(3))
      stack.push(`[t] thread${roll(3)}`);
    for (let depth = 1 + roll(9); depth > 0; depth--)
      stack.push(frames[roll(frames.length)]);
    if (roll(4) === 0) /* nearly all of what is below goes through it */
      stack.push('wrap', 'inner', 'core');
    lines.push(`${stack.join(';')} ${roll(4) ? 1 + roll(9) : 1000 + roll(9000)}`);
  }
  return lines.join('\n') + '\n';
}

function compare(profile, tree, summary, label) {
  assert.strictEqual(tree.count, summary.nodes, `${label}: nodes`);
  assert.strictEqual(Math.max(...tree.depth), summary.max_depth, `${label}: depth`);
  const { total, self } = fp.functionTotals(tree, profile.names.count, false), root = tree.name[0];
  const found = new Map();
  for (let n = 0; n < profile.names.count; n++)
    if (n !== root && total[n] > 0)
      found.set(`${KINDS[profile.names.kind[n]]} ${profile.names.text(n)}`, [self[n], total[n]]);
  assert.ok(summary.functions.length > 0);
  for (const f of summary.functions)
    assert.deepStrictEqual(found.get(`${f.kind} ${f.name}`), [f.self, f.total], `${label}: ${f.name}`);
}

async function everyWay(input, label, sets) {
  const { profile } = await render(input);
  for (const bits of sets) {
    const flags = Object.keys(FLAGS).filter((key) => bits & fp.SWITCH[key]).map((key) => FLAGS[key]);
    const { summary, profile: switched } = await render(input, ...flags);
    const { tree, place } = fp.applySwitches(profile, bits);
    compare(profile, tree, summary, `${label} ${flags.join(' ')}`);
    assert.strictEqual(switched.on, bits);
    assert.strictEqual(switched.whole, profile.whole);
    assert.deepStrictEqual(switched.tree.total, profile.tree.total); /* the file has what switches can bring back */
    if (place)
      for (let i = 1; i < profile.tree.count; i++)
        assert.ok(tree.total[place[i]] >= profile.tree.total[i]);
  }
}

test('every combination of switches does what the program does', async () => {
  await everyWay(randomStacks(1), 'random', Array.from({ length: 64 }, (_, i) => i));
});

test('other profiles, each switch alone and all', async () => {
  const sets = [0, 1, 2, 4, 8, 16, 32, 63];
  await everyWay(randomStacks(7), 'random 7', sets);
  await everyWay(fs.readFileSync(source('tests/data/pprof/go-cpu.pb.gz')), 'go-cpu', sets);
});

test('what the page cannot bring back is applied before', async () => {
  const { profile } = await render('[t] x;a;b 90\n[t] x;a;c 1\n', '--fold-threads', '--min-share', '0.1', '--focus', 'a', '--rename', '/b/B/');
  assert.deepStrictEqual(pathsOf(profile, profile.tree), { '': 91, '[t] x': 91, '[t] x;a': 91, '[t] x;a;B': 90, '[t] x;a;c': 1 });
  assert.strictEqual(profile.on, fp.SWITCH.fold_threads);
});

test('both columns go the same way', () => {
  const profile = profileOf([['[t] 1;a;[k] x;b', 3, 30], ['[t] 2;a;b', 4, 40]]);
  const { tree } = fp.applySwitches(profile, fp.SWITCH.fold_threads | fp.SWITCH.hide_kernel);
  assert.deepStrictEqual(pathsOf(profile, tree), { '': 7, a: 7, 'a;b': 7 });
  assert.deepStrictEqual(pathsOf(profile, tree, tree.beforeTotal), { '': 70, a: 70, 'a;b': 70 });
});

test('the root takes part in nothing', () => {
  const profile = profileOf([['svc;svc;a', 1]], { kinds: { svc: 0 } });
  assert.strictEqual(fp.applySwitches(profile, fp.SWITCH.merge_recursion).tree.count, 3);
  assert.strictEqual(fp.applySwitches(profile, fp.SWITCH.collapse_wrappers).tree.count, 3);
});

test('a chain is one on both sides or it is none', () => {
  const one = profileOf([['a;b;c', 100, 100]]), other = profileOf([['a;b;c', 100, 50], ['a', 0, 50]]);
  const gone = profileOf([['a;b;c', 0, 100], ['d', 5, 5]]);
  assert.strictEqual(fp.applySwitches(one, 32).tree.count, 3);
  assert.strictEqual(fp.applySwitches(other, 32).tree.count, 4);
  assert.strictEqual(fp.applySwitches(gone, 32).tree.count, 4);
});
