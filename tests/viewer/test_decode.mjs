/* What the program writes is what the page reads: the same tree, and nothing that leads out of a string. */
import assert from 'node:assert';
import fs from 'node:fs';
import test from 'node:test';
import zlib from 'node:zlib';

import { fp, profileOf, render, replyOf, source, textOf } from './support.mjs';

test('a folded profile comes back whole', async () => {
  const { profile, summary } = await render('a;b;c 3\na;b 2\na;d 5\ne 1\n', '--service', 'svc');
  const { tree, names } = profile;
  const found = [];
  for (let i = 0; i < tree.count; i++)
    found.push([tree.depth[i], names.text(tree.name[i]), tree.self[i], tree.total[i], tree.end[i]]);
  assert.deepStrictEqual(found, [[0, 'svc', 0, 11, 6], [1, 'a', 0, 10, 5], [2, 'b', 2, 5, 4], [3, 'c', 3, 3, 4],
    [2, 'd', 5, 5, 5], [1, 'e', 1, 1, 6]]);
  assert.strictEqual(profile.whole, summary.total);
  assert.strictEqual(tree.parent[0], fp.NONE);
  assert.strictEqual(tree.beforeTotal, null);
});

test('values beyond 32 bits, and with a common factor, are exact', async () => {
  const { profile } = await render('a;b 9007199254740000\nc 10101\n');
  assert.deepStrictEqual([...profile.tree.total], [9007199254750101, 9007199254740000, 9007199254740000, 10101]);
  const samples = await render('a 20202\nb 30303\n');
  assert.deepStrictEqual([...samples.profile.tree.self], [0, 20202, 30303]);
});

test('256 and 65,536 names, and more', async () => {
  for (const count of [255, 256, 65535, 70000]) { /* the root has a name, too */
    const lines = Array.from({ length: count }, (_, i) => `n${i} ${i + 1}`);
    const { profile } = await render(lines.join('\n') + '\n');
    assert.strictEqual(profile.tree.count, count + 1);
    for (const i of [1, 200, count])
      assert.strictEqual('n' + (profile.tree.total[i] - 1), profile.names.text(profile.tree.name[i]));
  }
});

test('a stack of 100,000 frames', async () => {
  const { profile } = await render(Array.from({ length: 100000 }, (_, i) => `f${i % 7}`).join(';') + ' 5\n');
  assert.strictEqual(profile.tree.depth[100000], 100000);
  assert.strictEqual(fp.layOut(fp.makeScene(profile, { tree: profile.tree, place: null }, fp.defaultState(profile), 0).parts[0],
    1000).node.length, 100001);
  assert.strictEqual(fp.applySwitches(profile, 63).tree.total[0], 5);
});

test('names of every kind of malice stay names, in a file of letters', async () => {
  const evil = ['</script><script>alert(1)</script>', '");alert(1);("', '\u2028', "'\\", '${x}', '__proto__', '\u202egnp.exe'];
  const { profile } = await render(replyOf(evil));
  const names = Array.from({ length: profile.names.count }, (_, i) => profile.names.text(i));
  for (const name of evil)
    assert.ok(names.includes(name), name);
  assert.strictEqual(fp.shown('a\u202eb\u200f\u061cc\u0000d\n'), 'a\ufffdb\ufffd\ufffdc\u2400d\u240a');
});

test('the file is a call with base64 and nothing else', async () => {
  const { script } = await render(replyOf(['");alert(1);//', '</script>']));
  assert.match(script, /^flamepress\.profile\("[A-Za-z0-9+/]+=*"\);\n$/);
});

test('damage is an error, not a picture', async () => {
  const text = textOf((await render('a;b;c 3\na;b 2\na;d 500\ne 1\n')).script);
  const bytes = await fp.unpack(text);
  assert.deepStrictEqual(Buffer.from(bytes), zlib.inflateSync(Buffer.from(text, 'base64')));
  for (let n = 0; n < bytes.length; n++)
    assert.throws(() => fp.decode(bytes.subarray(0, n)));
  assert.throws(() => fp.decode(Uint8Array.from(bytes, (b, i) => (i === 3 ? 0x32 : b))), /another version/);
  await assert.rejects(fp.unpack(text.slice(0, 40)));
});

test('ids are those of the program', async () => {
  const input = fs.readFileSync(source('tests/data/pprof/go-cpu.pb.gz'));
  const { profile, summary } = await render(input);
  let checked = 0;
  for (const { node, name } of summary.functions.filter((f) => f.node)) {
    const found = [...fp.findNode(profile, profile.tree, node)], steps = fp.findNode(profile, profile.tree, node);
    let last = steps.next();
    while (!last.done)
      last = steps.next();
    assert.ok(found.length >= 0);
    assert.strictEqual(profile.names.text(profile.tree.name[last.value]), name);
    assert.strictEqual(fp.nodeId(profile, last.value), node);
    checked++;
  }
  assert.ok(checked > 20);
  assert.strictEqual(fp.nodeId(profile, 0), '');
  assert.strictEqual(fp.findNode(profile, profile.tree, 'no id').next().value, fp.NONE);
});

test('an id of the page, whose transforms the page applies, is found too', async () => {
  const { profile, summary } = await render('[t] one;a;b 4\n[t] two;a;b 5\n', '--fold-threads');
  assert.strictEqual(profile.on, fp.SWITCH.fold_threads);
  const steps = fp.findAnywhere(profile, summary.functions.find((f) => f.name === 'b').node);
  assert.strictEqual(profile.names.text(profile.tree.name[steps.next().value]), 'b');
});

test('a recorded name is what an id is of', () => {
  const profile = profileOf([['[unknown];leaf', 4, 3]]);
  const plain = fp.nodeId(profile, 1);
  profile.names.bytes = ((bytes) => (i) => (i === 99 ? new TextEncoder().encode('[unknown] 0x1234') : bytes(i)))(profile.names.bytes);
  profile.raw.set(1, 99);
  assert.notStrictEqual(fp.nodeId(profile, 1), plain);
});
