/* The parts of the page's graph that need no page, as the browser has them: plain scripts that add to one global. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'assets/viewer');
for (const name of fs.readdirSync(folder).sort())
  vm.runInThisContext(fs.readFileSync(path.join(folder, name), 'utf8'), name);

export const fp = globalThis.flamepress;
export const source = (name) => path.join(root, name);

/* What profile.js says when it is run. */
export function textOf(script) {
  let text = '';
  vm.runInNewContext(script, { flamepress: { profile: (given) => { text = given; } } });
  return text;
}

export const load = async (script) => fp.decode(await fp.unpack(textOf(script)));

/* A reply of DeepFlow's API with these names as leaves, whatever is in them. */
export const replyOf = (names) => JSON.stringify({ OPT_STATUS: 'SUCCESS', DESCRIPTION: '', result: {
  functions: ['svc', ...names], function_types: ['P', ...names.map(() => 'A')],
  node_values: { columns: ['function_id', 'parent_node_id', 'self_value', 'total_value'],
    values: [[0, -1, 0, names.length], ...names.map((_, i) => [i + 1, 0, 1, 1])] } } });

/* Runs the program; → { profile, summary, script, page } of what it wrote. */
export async function render(input, ...options) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-viewer-'));
  try {
    execFileSync(process.env.FLAMEPRESS, ['render', '--formats', 'html,json', '-o', dir, ...options, '-'], { input });
    const summary = JSON.parse(fs.readFileSync(path.join(dir, 'summary.json'), 'utf8'));
    const script = fs.readFileSync(path.join(dir, 'profile.js'), 'utf8');
    const page = fs.readFileSync(path.join(dir, 'index.html'), 'utf8');
    return { summary, script, page, profile: await load(script) };
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

/* Numbers that are the same in every run. */
export function dice(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 4294967296 * n);
  };
}

/* A profile by hand: [['a;b', after, before?], …], of application frames but for names with a "[k] "-like prefix. */
export function profileOf(stacks, { kinds = {} } = {}) {
  const letters = { t: 4, p: 5, k: 2, c: 3, l: 1 };
  const compared = stacks.some((stack) => stack.length > 2);
  const names = ['svc'], parent = [fp.NONE], name = [0], self = [0], beforeSelf = [0], known = new Map();
  for (const [stack, after, before = 0] of stacks) {
    let at = 0;
    for (const frame of stack.split(';').filter(Boolean)) {
      if (!names.includes(frame))
        names.push(frame);
      const key = `${at} ${frame}`;
      if (!known.has(key)) {
        known.set(key, parent.length);
        parent.push(at);
        name.push(names.indexOf(frame));
        self.push(0);
        beforeSelf.push(0);
      }
      at = known.get(key);
    }
    self[at] += after;
    beforeSelf[at] += before;
  }
  const order = names.map((_, i) => i).sort((a, b) => (names[a] < names[b] ? -1 : 1)), rank = [];
  order.forEach((from, to) => { rank[from] = to; });
  const sorted = order.map((i) => names[i]);
  const built = { count: parent.length, parent, name: name.map((i) => rank[i]), self, beforeSelf: compared ? beforeSelf : null,
    origin: parent.map((_, i) => i) };
  const tree = fp.arrange(built, fp.preorder(built, names.length));
  tree.origin = null;
  const encoder = new TextEncoder();
  const kindOf = (text) => (text in kinds ? kinds[text] : text === 'svc' ? 5 : letters[(/^\[(.)\] ./.exec(text) || [])[1]] || 0);
  return {
    unit: 4, on: 0, fixed: 0, icicle: false, byValue: false, raw: new Map(), tree,
    whole: tree.total[0], beforeWhole: compared ? tree.beforeTotal[0] : 0,
    names: { count: names.length, kind: Uint8Array.from(sorted, kindOf), text: (i) => sorted[i],
      bytes: (i) => encoder.encode(sorted[i]), rgb: [0, 1, 2].map(() => new Uint8Array(names.length)) },
  };
}

/* 'a;b' → value, of every node; paths from below the root. */
export function pathsOf(profile, tree, column = tree.total) {
  const paths = {};
  for (let i = 0; i < tree.count; i++)
    paths[fp.pathTo(tree, i).slice(1).map((n) => profile.names.text(tree.name[n])).join(';')] = column[i];
  return paths;
}
