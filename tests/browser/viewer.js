// The graph in the page: what it shows, what it does, and what stays when the page is opened again.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const zlib = require('node:zlib');
const { open, serve, look, shot, fileUrl } = require('./browser.js');

const ROW = 19; // px
// [before, after]: recursion, a name in two places and in two cases, kernel, library, a thread, what is new and gone.
const STACKS = {
  'main;serve;parse;json': [300, 400],
  'main;serve;parse;json;json;[k] entry': [100, 100],
  'main;serve;parse;JSON.load': [60, 60],
  'main;serve;render;[l] memcpy': [250, 150],
  'main;serve;fresh': [0, 49],
  'main;serve;stale': [90, 0],
  'main;idle;parse': [200, 200],
  'main;idle': [0, 41],
};
const HOSTILE = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '${alert(1)}', '{name}',
  'javascript:alert(1)', '\u202egnihtemos\u2067', '__proto__', 'constructor', 'a'.repeat(5000), '</style><style>*{display:none}',
  '\u4e2d\u6587 \ud83d\udd25', '.*', '(', '&amp;&#60;b&#62;', '%3Cb%3E&q=x#node=1', 'hasOwnProperty', '\ufffe\u0007bell',
];
const BEFORE = 0, AFTER = 1;

let folder, browser, server, strict;

const sum = (stacks, side, matches = () => true) => Object.entries(stacks)
  .filter(([stack]) => matches(stack.split(';'))).reduce((all, [, values]) => all + values[side], 0);
const percent = (part, whole) => `${(100 * part / whole).toPrecision(3)} %`;
const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

function render(name, text, ...options) {
  execFileSync(process.env.FLAMEPRESS, ['render', '-', '-o', path.join(folder, name), '--service', 'svc',
    '--formats', 'html,svg', '--no-interactive', ...options], { input: text }); // no script in the SVG: see `strict`
}

const folded = (side) => Object.entries(STACKS).filter(([, values]) => values[side])
  .map(([stack, values]) => `${stack} ${values[side]}\n`).join('');

test.before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-viewer-'));
  const before = path.join(folder, 'before.folded');
  fs.writeFileSync(before, folded(BEFORE));
  for (const [name, ...options] of [['plain'], ['compared', '--baseline', before], ['zh', '--lang', 'zh']])
    render(name, folded(AFTER), ...options);
  render('deep', `main;${Array.from({ length: 79 }, (_, i) => `f${i}`).join(';')} 10\n`);
  render('hostile', HOSTILE.map((name, i) => `${name.replace(/;/g, ',')};[k] ${name.replace(/;/g, ',')};f${i} ${i + 10}\n`).join(''));
  execFileSync(process.env.FLAMEPRESS, ['demo', '-o', path.join(folder, 'demo')], { stdio: 'ignore' });
  browser = await open();
  server = await serve(folder);
  strict = await serve(folder, { 'Content-Security-Policy': "script-src 'self'" });
});
test.after(async () => {
  await browser.close();
  await server.close();
  await strict.close();
  fs.rmSync(folder, { recursive: true });
});

const DEMO = 'demo/2026/11/20/checkout-api/on-cpu';
const drawn = (page) => page.waitForFunction(() => performance.getEntriesByName('flamepress-drawn').length > 0);

// Opens a report, calls `visit` with its page, and wants no complaint: from a file, or over http, where scripts of any
// other kind are forbidden but in the demo, whose pictures have one.
async function inReport(name, visit, { file = false, hash = '', ...reader } = {}) {
  const base = file ? fileUrl(folder, '/') : (name === DEMO ? server : strict).url;
  const seen = await look(browser, { base, ...reader });
  await seen.page.addInitScript(() => { // for pixel(): without it the browser warns
    const { getContext } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.getContext = function (kind) { return getContext.call(this, kind, { willReadFrequently: true }); };
  });
  try {
    await seen.page.goto(`${base}${name}/index.html${hash}`);
    if (reader.scripts !== false) await drawn(seen.page);
    await visit(seen.page, seen);
  } finally {
    await seen.close();
  }
  assert.deepEqual(seen.problems, []);
}

/* ---- what a reader sees ---- */

const graph = (page) => page.locator('.viewer-graph');
const found = (page) => page.locator('.viewer-found').textContent();
const told = (page) => page.locator('.viewer-told').textContent();
const hash = (page) => page.evaluate(() => Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
const crumbs = (page) => page.$$eval('.viewer-path:not([hidden]) button', (all) => all.map((b) => b.title || b.textContent));
const chosen = async (page) => (await page.locator('.viewer-full').count() ? page.locator('.viewer-full').textContent() : null);
const stack = (page) => page.$eval('.viewer-frame pre', (pre) => pre.textContent.split('\n'));
const fact = (page, label) => page.locator('.viewer-frame dl div', { hasText: label }).locator('dd').first().textContent();

// The boxes of the graph as the pointer finds them, row by row from the top: { name, tip, x, width, y }, in px of the
// window. A box is as exact as the step.
async function boxes(page, step = 6) {
  await graph(page).scrollIntoViewIfNeeded();
  return page.evaluate(([row, step]) => {
    const box = document.querySelector('.viewer-graph'), tip = document.querySelector('.viewer-tip');
    const at = box.querySelector('canvas').getBoundingClientRect(), all = [];
    for (let y = at.top + row / 2; y < at.bottom; y += row) {
      let last = null;
      for (let x = at.left + 1; x < at.right; x += step) {
        box.dispatchEvent(new PointerEvent('pointermove', { clientX: x, clientY: y, pointerType: 'mouse' }));
        const text = tip.hidden ? null : tip.innerText;
        if (last && text === last.tip) last.width = x + step - last.x;
        else if (text !== null) all.push(last = { name: tip.querySelector('strong').textContent, tip: text, x, width: step, y });
        if (text === null) last = null;
      }
    }
    box.dispatchEvent(new PointerEvent('pointerleave'));
    return all;
  }, [ROW, step]);
}
const named = (list, name) => list.filter((box) => box.name === name);
const width = async (page) => (await graph(page).locator('canvas').boundingBox()).width;

async function click(page, name, nth = 0) {
  const box = named(await boxes(page), name)[nth];
  assert.ok(box, `${name} is to be seen`);
  await page.mouse.click(box.x + box.width / 2, box.y);
}

async function key(page, ...keys) {
  await graph(page).focus();
  for (const name of keys) await page.keyboard.press(name);
}

const search = (page, text) => page.locator('#viewer-q').fill(text);
const regex = (page) => page.getByRole('button', { name: 'Regular expression' }).click();
const pick = (page, what, value) => page.locator(`#viewer-${what}`).selectOption(value);

async function simplify(page, label) {
  await page.locator('.viewer-menu summary').click();
  await page.getByLabel(label).click();
  await page.keyboard.press('Escape');
}

// What the canvas shows at a point of the window: [red, green, blue, alpha].
const pixel = (page, x, y) => page.evaluate(async ([x, y]) => {
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); // what waits to be painted
  const canvas = document.querySelector('.viewer-graph canvas'), at = canvas.getBoundingClientRect();
  const scale = canvas.width / at.width;
  return [...canvas.getContext('2d').getImageData(Math.round((x - at.left) * scale), Math.round((y - at.top) * scale), 1, 1).data];
}, [x, y]);

/* ---- the picture ---- */

for (const file of [false, true])
  test(`${file ? 'from a file' : "under script-src 'self'"}: drawn, in proportion, and the picture makes room`, async () => {
    await inReport('plain', async (page) => {
      assert.equal(await page.locator('#picture').isVisible(), false);
      const all = await boxes(page, 2), whole = await width(page), total = sum(STACKS, AFTER);
      const rows = [...new Set(all.map((box) => box.y))];
      assert.equal(rows.length, 7, 'svc, main, serve, parse, json, json, entry');
      assert.equal(named(all, 'svc')[0].y, Math.max(...rows), 'a flame grows up');
      for (const [name, holds] of [['svc', () => true], ['serve', (s) => s[1] === 'serve'], ['idle', (s) => s[1] === 'idle'],
        ['render', (s) => s[2] === 'render'], ['fresh', (s) => s[2] === 'fresh'], ['[k] entry', (s) => s[5] === '[k] entry']])
        assert.ok(Math.abs(named(all, name)[0].width - whole * sum(STACKS, AFTER, holds) / total) < 4, name);
      assert.deepEqual(all.filter((box) => box.y === rows[rows.length - 3]).map((box) => box.name), ['idle', 'serve']);
      for (const { name, x, width: w, y } of all) // what the pointer finds is painted
        assert.equal((await pixel(page, x + w / 2, y - ROW / 2 + 2))[3], 255, name);
      const right = Math.max(...all.filter((box) => box.y === rows[0]).map((box) => box.x + box.width));
      assert.equal((await pixel(page, right + 20, rows[0]))[3], 0, 'beside the last box there is nothing');
      const kinds = ['[k] entry', '[l] memcpy', 'fresh'].map((name) => named(all, name)[0]);
      const colours = [];
      for (const { x, y } of kinds) colours.push(String(await pixel(page, x + 2, y - ROW / 2 + 2)));
      assert.equal(new Set(colours).size, 3, 'kernel, library and application have colours of their own');
      if (!file) await shot(page, 'viewer.plain');
    }, { file });
  });

test('without scripts there is the picture, and no empty place', async () => {
  await inReport('plain', async (page) => {
    assert.equal(await page.locator('#picture').isVisible(), true);
    assert.equal(await page.locator('#viewer').isVisible(), false);
  }, { scripts: false });
});

test('a profile that cannot be read is said, and the picture stays', async () => {
  const broken = path.join(folder, 'broken');
  fs.cpSync(path.join(folder, 'plain'), broken, { recursive: true });
  const script = path.join(broken, 'profile.js');
  fs.writeFileSync(script, fs.readFileSync(script, 'utf8').replace(/[A-Za-z0-9+/]{40}=*(["'`])/, '$1'));
  const seen = await look(browser, { base: server.url });
  await seen.page.goto(`${server.url}broken/index.html`);
  await seen.page.getByText('The graph could not be read').waitFor();
  assert.equal(await seen.page.locator('#picture').isVisible(), true);
  await seen.close();
});

/* ---- zoom ---- */

test('a click zooms; back, forward, reload and another window find the same view', async () => {
  await inReport('plain', async (page) => {
    await click(page, 'render');
    assert.deepEqual(await crumbs(page), ['svc', 'main', 'serve', 'render']);
    assert.equal(await chosen(page), 'render');
    const wide = await width(page), after = await boxes(page);
    for (const name of ['svc', 'main', 'serve', 'render', '[l] memcpy'])
      assert.ok(named(after, name)[0].width > wide - 8, name);
    assert.deepEqual(named(after, 'idle'), []);
    const { node } = await hash(page);
    assert.match(node, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    await page.goBack();
    assert.deepEqual([await crumbs(page), await hash(page)], [[], {}]);
    await page.goForward();
    assert.deepEqual([await crumbs(page), await hash(page)], [['svc', 'main', 'serve', 'render'], { node }]);
    await page.reload();
    await drawn(page);
    assert.deepEqual([(await crumbs(page)).at(-1), await hash(page)], ['render', { node }]);
    const other = await look(browser, { base: strict.url }); // nothing but the link
    await other.page.goto(page.url());
    await other.page.locator('.viewer-path button', { hasText: 'render' }).waitFor();
    assert.ok(named(await boxes(other.page), 'render')[0].width > wide - 8);
    await other.close();
    assert.deepEqual(other.problems, []);
    await page.locator('.viewer-path button', { hasText: 'main' }).click();
    assert.deepEqual(await crumbs(page), ['svc', 'main']);
    await page.getByRole('button', { name: 'Reset' }).click();
    assert.deepEqual([await crumbs(page), await hash(page)], [[], {}]);
  });
});

test('the link of a frame in the SVG is that of the graph', async () => {
  const summary = JSON.parse(fs.readFileSync(path.join(folder, DEMO, 'summary.json'), 'utf8'));
  const { name, node } = summary.functions[0];
  await inReport(DEMO, async (page) => {
    await page.locator('.viewer-path button').last().waitFor();
    assert.equal((await crumbs(page)).at(-1), name);
    await shot(page, 'viewer.demo.zoomed');
  }, { hash: `#node=${node}` });
});

test('an address of a frame that is not there is said', async () => {
  await inReport('plain', async (page) => {
    await page.getByText('The frame of this address is not in this profile.').waitFor();
    assert.ok(named(await boxes(page), 'idle').length, 'all is shown');
  }, { hash: '#node=00000000-0000-5000-8000-000000000000' });
});

test('the keyboard walks, zooms, searches', async () => {
  await inReport('plain', async (page) => {
    await page.locator('body').press('Tab');
    for (let i = 0; i < 80 && !(await graph(page).evaluate((box) => box === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    assert.ok(await graph(page).evaluate((box) => box === document.activeElement), 'Tab comes to the graph');
    const walk = async (...keys) => { await key(page, ...keys); return chosen(page); };
    assert.equal(await walk('ArrowUp'), 'svc', 'first where we are');
    assert.equal(await walk('ArrowUp', 'ArrowUp'), 'serve', 'the widest');
    assert.match(await told(page), /^serve: /, 'and it is told');
    assert.equal(await walk('ArrowLeft'), 'idle');
    assert.equal(await walk('ArrowLeft'), 'idle', 'there is nothing left of it');
    assert.equal(await walk('ArrowRight', 'ArrowUp', 'ArrowDown'), 'serve');
    await key(page, 'Enter');
    assert.deepEqual(await crumbs(page), ['svc', 'main', 'serve']);
    await key(page, 'Shift+ArrowLeft');
    assert.deepEqual(await crumbs(page), ['svc', 'main', 'idle']);
    await key(page, 'Escape');
    assert.deepEqual(await crumbs(page), ['svc', 'main']);
    await key(page, 'Home');
    assert.deepEqual(await crumbs(page), []);
    await key(page, '/');
    await page.keyboard.type('parse');
    assert.equal((await hash(page)).q, 'parse');
    await page.keyboard.press('Enter');
    assert.equal(await chosen(page), 'parse');
    const first = await stack(page);
    assert.equal(await walk('n'), 'parse');
    assert.notDeepEqual(await stack(page), first);
    await key(page, 'p');
    assert.deepEqual(await stack(page), first);
    await page.locator('#viewer-q').press('Escape');
    assert.deepEqual(await page.locator('#viewer-q').inputValue(), '');
  });
});

/* ---- search ---- */

// Searches as a reader does; the share is that of the input.
const SEARCHES = [
  ['[k] entry', {}, (frame) => frame === '[k] entry'],
  ['json', {}, (frame) => frame.toLowerCase().includes('json')],
  ['JSON', { matchCase: true }, (frame) => frame.includes('JSON')],
  ['parse', {}, (frame) => frame === 'parse'],
  ['^(parse|idle)$', { regex: true }, (frame) => frame === 'parse' || frame === 'idle'],
  ['^json$', { regex: true, matchCase: true }, (frame) => frame === 'json'],
];

for (const [query, how, matches] of SEARCHES)
  test(`search: ${query} ${JSON.stringify(how)}: the share is of the stacks, each once; the link has it all`, async () => {
    const of = (side) => sum(STACKS, side, (frames) => frames.some(matches));
    const functions = new Set(Object.keys(STACKS).flatMap((s) => s.split(';')).filter(matches)).size;
    const text = `${functions} function${functions === 1 ? '' : 's'} matching: ${grouped(of(AFTER))} samples, ` +
      `${percent(of(AFTER), sum(STACKS, AFTER))} of the total; before ${grouped(of(BEFORE))} samples, ` +
      percent(of(BEFORE), sum(STACKS, BEFORE));
    await inReport('compared', async (page) => {
      if (how.regex) await regex(page);
      if (how.matchCase) await page.getByRole('button', { name: 'Match case' }).click();
      await search(page, query);
      assert.equal(await found(page), text);
      const listed = await page.$$eval('.viewer-matches li button', (all) => all.map((b) => b.textContent));
      assert.equal(listed.length, functions);
      assert.ok(listed.every(matches), listed.join());
      const before = await hash(page);
      assert.equal(before.q, query);
      await page.reload();
      await drawn(page);
      assert.deepEqual([await found(page), await hash(page)], [text, before]);
    });
  });

test('search: literal is literal; a wrong expression, and one that would run for ever, are said', async () => {
  await inReport('plain', async (page) => {
    for (const [query, asked, text] of [['.*', false, 'No function matches.'], ['(', false, 'No function matches.'],
      ['(', true, /^This is no regular expression: /], ['(a+)+$', true, /^This expression could run for ever/]]) {
      if (asked && await page.getByRole('button', { name: 'Regular expression' }).getAttribute('aria-pressed') === 'false')
        await regex(page);
      await search(page, query);
      assert.match(await found(page), new RegExp(text));
      assert.equal(await page.locator('.viewer-matches').isVisible(), false);
    }
    await search(page, '');
    assert.equal(await found(page), '');
  });
});

test('search: what does not match is pale; next and previous go round', async () => {
  await inReport('plain', async (page) => {
    const at = async (name) => {
      const { x, y } = named(await boxes(page), name)[0];
      return pixel(page, x + 2, y - ROW / 2 + 3);
    };
    const before = [await at('idle'), await at('json')];
    await search(page, 'json');
    assert.ok((await at('idle'))[3] < 128);
    assert.deepEqual(await at('json'), before[1]);
    await search(page, 'parse');
    const next = page.getByRole('button', { name: 'Next match' }), stacks = [], share = await found(page);
    for (let i = 0; i < 3; i++) {
      await next.click();
      stacks.push((await stack(page)).join(';'));
      assert.ok((await told(page)).startsWith(`${i % 2 + 1} of 2: parse: `), await told(page));
      assert.equal(await found(page), share, 'the share of all that matches stays');
    }
    assert.deepEqual(stacks, ['svc;main;serve;parse', 'svc;main;idle;parse', 'svc;main;serve;parse'], 'the largest first');
    await page.getByRole('button', { name: 'Previous match' }).click();
    assert.equal((await stack(page)).join(';'), stacks[1]);
    await search(page, 'none of these');
    assert.ok(await next.isDisabled());
  });
});

test('search in the demo: shares from its folded file, for each of its functions that are largest', async () => {
  const report = path.join(folder, DEMO);
  const lines = zlib.gunzipSync(fs.readFileSync(path.join(report, 'profile.folded.gz'))).toString().trim().split('\n');
  const stacks = lines.map((line) => [line.slice(0, line.lastIndexOf(' ')).split(';'), Number(line.slice(line.lastIndexOf(' ') + 1))]);
  const { functions, total } = JSON.parse(fs.readFileSync(path.join(report, 'summary.json'), 'utf8'));
  assert.equal(stacks.reduce((all, [, value]) => all + value, 0), total);
  await inReport(DEMO, async (page) => {
    for (const name of [...functions.slice(0, 5).map((f) => f.name), 'sys_']) {
      await search(page, name);
      const value = stacks.filter(([frames]) => frames.some((frame) => frame.toLowerCase().includes(name.toLowerCase())))
        .reduce((all, [, v]) => all + v, 0);
      assert.ok((await found(page)).includes(` ${percent(value, total)} of the total`), `${name}: ${value}: ${await found(page)}`);
    }
    await shot(page, 'viewer.demo.search');
  });
});

/* ---- views ---- */

test('icicle, and by size: the largest first; the link has both', async () => {
  await inReport('plain', async (page) => {
    const order = async () => (await boxes(page)).filter((box) => ['serve', 'idle'].includes(box.name)).map((box) => box.name);
    assert.deepEqual(await order(), ['idle', 'serve']);
    await pick(page, 'order', 'size');
    assert.deepEqual(await order(), ['serve', 'idle']);
    await pick(page, 'view', 'icicle');
    const check = async () => {
      const all = await boxes(page);
      assert.equal(named(all, 'svc')[0].y, Math.min(...all.map((box) => box.y)));
      assert.deepEqual(await hash(page), { order: 'size', view: 'icicle' });
      assert.deepEqual(await order(), ['serve', 'idle']);
    };
    await check();
    await page.reload();
    await drawn(page);
    await check();
  });
});

test('leaf first: what each has for itself, below it its callers, as far as the reader goes', async () => {
  await inReport('plain', async (page) => {
    await pick(page, 'view', 'leaf');
    const total = sum(STACKS, AFTER), self = (name) => sum(STACKS, AFTER, (frames) => frames.at(-1) === name);
    const all = await boxes(page, 2), whole = await width(page), rows = [...new Set(all.map((box) => box.y))];
    const leaves = all.filter((box) => box.y === rows[1]);
    assert.deepEqual(leaves.map((box) => box.name).sort(),
      [...new Set(Object.keys(STACKS).filter((s) => STACKS[s][AFTER]).map((s) => s.split(';').at(-1)))].sort());
    for (const box of leaves) {
      assert.ok(Math.abs(box.width - whole * self(box.name) / total) < 4, box.name);
      assert.ok(box.tip.includes(percent(self(box.name), total)), box.tip);
    }
    const [json] = leaves.filter((box) => box.name === 'json');
    assert.deepEqual(all.filter((box) => box.y === rows[2] && box.x > json.x - 3 && box.x < json.x + json.width - 3)
      .map((box) => box.name), ['parse']);
    await click(page, 'json');
    assert.deepEqual(await crumbs(page), ['svc', 'json']);
    assert.ok(named(await boxes(page), 'json')[0].width > whole - 8);
    const before = await hash(page);
    await page.reload();
    await drawn(page);
    assert.deepEqual([await crumbs(page), await hash(page)], [['svc', 'json'], before]);
    await page.goBack();
    assert.deepEqual(await crumbs(page), []);
  });
});

test('sandwich: callers above, callees below, recursion once', async () => {
  await inReport('plain', async (page) => {
    await click(page, 'json');
    await page.getByRole('button', { name: 'Callers and callees', exact: true }).click();
    assert.deepEqual((await hash(page)).fn, 'json');
    assert.ok(await graph(page).evaluate((box) => box === document.activeElement), 'keys go to the graph');
    const { y: top } = await graph(page).boundingBox();
    assert.ok(top >= 0 && top < 400, `the graph is in view: ${top}`);
    const check = async () => {
      assert.equal(await chosen(page), 'json');
      const all = await boxes(page, 2), whole = await width(page), { y } = named(all, 'json').find((box) => box.width > whole - 8);
      const passes = (...next) => sum(STACKS, AFTER, (frames) =>
        next.every((name, i) => frames[frames.indexOf('json') + i] === name) && frames.includes('json'));
      const named_ = (offset) => all.filter((box) => Math.abs(box.y - y - offset * ROW) < 2)
        .map((box) => [box.name, Math.round(100 * box.width / whole)]);
      assert.deepEqual(named_(-1), [['parse', 100]]);
      assert.deepEqual(named_(-2), [['serve', 100]]);
      assert.deepEqual(named_(1), [['json', Math.round(100 * passes('json', 'json') / passes())]]);
      assert.deepEqual(named_(2), [['[k] entry', Math.round(100 * passes('json', 'json') / passes())]]);
      assert.match(named(all, 'json')[0].tip, new RegExp(percent(passes(), sum(STACKS, AFTER))));
    };
    await check();
    await shot(page, 'viewer.sandwich');
    await page.reload();
    await drawn(page);
    await check();
    await click(page, 'parse'); // a click on a caller makes it the function
    assert.equal((await hash(page)).fn, 'parse');
    assert.equal((await boxes(page)).filter((box) => ['serve', 'idle'].includes(box.name)).length, 2);
    await page.goBack();
    await check();
  });
});

test('sandwich by the choice of views: of the selected frame, else of what is largest', async () => {
  await inReport('plain', async (page) => {
    await pick(page, 'view', 'sandwich');
    assert.deepEqual([(await hash(page)).fn, await chosen(page)], ['json', 'json']);
    await key(page, 'ArrowUp');
    assert.equal(await chosen(page), 'parse', 'from the function on');
    const row = async () => named(await boxes(page), 'json')[0];
    const edge = async ({ x, y }) => pixel(page, x - 1, y); // boxes() begins a pixel into the graph
    assert.notDeepEqual(await edge(await row()), await pixel(page, (await row()).x + 300, (await row()).y - ROW / 2 + 3), 'still marked');
    await pick(page, 'view', 'flame');
    await click(page, 'idle');
    await pick(page, 'view', 'sandwich');
    assert.deepEqual([(await hash(page)).fn, await chosen(page)], ['idle', 'idle']);
  });
  await inReport('plain', async (page) => assert.equal(await chosen(page), 'json'), { hash: '#view=sandwich' });
});

test('switches leave out, the whole stays; the link has them', async () => {
  await inReport('plain', async (page) => {
    const total = sum(STACKS, AFTER);
    const rows = async () => new Set((await boxes(page)).map((box) => box.y)).size;
    await simplify(page, 'Hide kernel frames');
    const check = async () => {
      const all = await boxes(page);
      assert.deepEqual(named(all, '[k] entry'), []);
      assert.ok(named(all, 'svc')[0].tip.includes(`${grouped(total)} samples, 100 %`));
      assert.equal(await rows(), 6);
    };
    await check();
    assert.deepEqual(await hash(page), { on: 'hide_kernel' });
    await page.reload();
    await drawn(page);
    await check();
    assert.match(await page.locator('.viewer-note').textContent(), /Simplified: hide kernel frames/);
    await simplify(page, 'Join calls of a function to itself');
    assert.equal(await rows(), 5);
    await simplify(page, 'Hide library frames');
    assert.deepEqual(named(await boxes(page), '[l] memcpy'), []);
    await search(page, 'render'); // what it had handed to its caller
    assert.ok((await found(page)).includes(percent(sum(STACKS, AFTER, (f) => f.includes('render')), total)));
    await simplify(page, 'Hide kernel frames');
    assert.equal(named(await boxes(page), '[k] entry').length, 1);
  });
});

test('the menu closes on Escape, wherever the focus is, and on a click elsewhere', async () => {
  await inReport('plain', async (page) => {
    const open = () => page.$eval('.viewer-menu', (menu) => menu.open);
    const summary = page.locator('.viewer-menu summary');
    await click(page, 'serve');
    await summary.click();
    assert.equal(await open(), true);
    await key(page, 'Escape');
    assert.equal(await open(), false);
    assert.deepEqual(await crumbs(page), ['svc', 'main', 'serve'], 'and nothing else does');
    await summary.click();
    await page.getByLabel('Hide kernel frames').click();
    assert.equal(await open(), true, 'there may be more to choose');
    await page.keyboard.press('Escape');
    assert.deepEqual([await open(), await summary.evaluate((it) => it === document.activeElement)], [false, true]);
    await summary.click();
    await page.locator('.viewer-note').click();
    assert.equal(await open(), false);
  });
});

test('colours: by package and by change; the legend says which', async () => {
  await inReport('compared', async (page) => {
    const legend = () => page.locator('.viewer-legend').textContent();
    const colours = async () => {
      const all = await boxes(page), each = [];
      for (const name of ['fresh', 'render', '[k] entry']) {
        const { x, y } = named(all, name)[0];
        each.push(String(await pixel(page, x + 2, y - ROW / 2 + 3)));
      }
      return each;
    };
    const [byType, type] = [await colours(), await legend()];
    assert.match(type, /application.*library.*kernel/);
    await pick(page, 'colour', 'package');
    assert.match(await legend(), /no package/);
    assert.notDeepEqual(await colours(), byType);
    await pick(page, 'colour', 'change');
    assert.match(await legend(), /less.*more/);
    const [fresh, rendered] = (await colours()).map((colour) => colour.split(',').map(Number));
    assert.ok(fresh[0] > fresh[2], 'more is red');
    assert.ok(rendered[2] > rendered[0], 'less is blue');
    await pick(page, 'colour', 'type');
    assert.deepEqual([await colours(), await legend()], [byType, type]);
  });
  await inReport('compared', async (page) => { // what the control says is what the legend has
    const says = async () => [await page.locator('#viewer-colour').inputValue(), await page.locator('.viewer-legend').textContent()];
    const [change, changes] = await says();
    assert.equal(change, 'change');
    assert.match(changes, /less.*more/);
    await pick(page, 'colour', 'type');
    const [type, types] = await says();
    assert.equal(type, 'type');
    assert.match(types, /application.*library/);
    await page.reload();
    await drawn(page);
    assert.deepEqual(await says(), [type, types]);
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('#viewer-colour').value === 'change');
    assert.deepEqual(await says(), [change, changes]);
  }, { hash: '#side=difference' });
});

test('before, after, difference', async () => {
  await inReport('compared', async (page) => {
    const share = async (name) => {
      const [box] = named(await boxes(page, 2), name);
      return box ? box.width / await width(page) : 0;
    };
    const near = (a, b, why) => assert.ok(Math.abs(a - b) < 0.004, `${why}: ${a} ${b}`);
    const of = (side, name) => sum(STACKS, side, (f) => f.includes(name)) / sum(STACKS, side);
    for (const [choice, expected] of [['after', (name) => of(AFTER, name)], ['before', (name) => of(BEFORE, name)],
      ['difference', (name) => (of(AFTER, name) + of(BEFORE, name)) / 2]]) {
      await pick(page, 'side', choice);
      for (const name of ['fresh', 'stale', 'render', 'idle']) near(await share(name), expected(name), `${choice} ${name}`);
    }
    await page.reload();
    await drawn(page);
    assert.equal((await hash(page)).side, 'difference');
    near(await share('stale'), of(BEFORE, 'stale') / 2, 'after a reload');
    await shot(page, 'viewer.difference');
    await click(page, 'render');
    assert.match(await fact(page, 'Value'), new RegExp(`^150 samples, ${percent(150, 1000)}`));
    assert.match(await fact(page, 'Before'), new RegExp(`^250 samples, ${percent(250, 1000)}`));
    assert.match(await fact(page, 'Change'), /^-100 samples, -40\.0 %; share -10\.0 points$/);
  });
  await inReport('plain', async (page) => assert.equal(await page.locator('#viewer-side').count(), 0, 'nothing to compare with'));
});

/* ---- details ---- */

test('tooltip, details, and the stack as text', async () => {
  const lines = ['svc', 'main', 'serve', 'parse', 'json', 'json', '[k] entry'];
  await inReport('plain', async (page, seen) => {
    const [entry] = named(await boxes(page), '[k] entry');
    await page.mouse.move(entry.x + entry.width / 2, entry.y);
    const tip = page.locator('.viewer-tip');
    assert.equal(await tip.isVisible(), true);
    assert.match(await tip.textContent(), /^\[k\] entry.*100 samples, 10\.0 %/);
    await page.mouse.click(entry.x + entry.width / 2, entry.y);
    assert.equal(await fact(page, 'Type'), 'kernel');
    assert.deepEqual(await stack(page), lines);
    await seen.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy stack' }).click();
    await page.getByText('Copied.').waitFor();
    assert.deepEqual((await page.evaluate(() => navigator.clipboard.readText())).split('\n'), lines);
    await page.getByRole('button', { name: 'Copy name' }).click();
    await page.waitForFunction(async () => await navigator.clipboard.readText() === '[k] entry');
  });
  await inReport('plain', async (page) => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await click(page, '[k] entry');
    await page.getByRole('button', { name: 'Copy stack' }).click();
    await page.getByText('The browser did not allow copying; the text is selected.').waitFor();
    assert.deepEqual((await page.evaluate(() => String(getSelection()))).split('\n'), lines);
  }, { file: true });
});

test('names that want to be more are text, wherever they are shown', async () => {
  for (const file of [false, true])
    await inReport('hostile', async (page) => {
      for (const name of HOSTILE.map((text) => text.replace(/;/g, ','))) {
        await search(page, name);
        assert.match(await found(page), /^\d+ functions matching/, name);
        await page.getByRole('button', { name: 'Next match' }).click();
        await page.locator('.viewer-matches li button').first().click(); // its sandwich
        await page.goBack();
        await page.getByRole('button', { name: 'Next match' }).click();
        await key(page, 'Enter');
        assert.doesNotMatch(await page.locator('#viewer').textContent(), /[\u202a-\u202e\u2066-\u2069\ufffe\u0007]/);
        await key(page, 'Home');
      }
      await search(page, '');
      assert.equal(await page.locator('#viewer img, #viewer script, #viewer style').count(), 0);
      await boxes(page, 20); // all tooltips
      if (!file) await shot(page, 'viewer.hostile');
    }, { file });
});

test('in Chinese', async () => {
  await inReport('zh', async (page) => {
    await search(page, 'parse');
    assert.match(await found(page), /^匹配1 个函数：760/);
    assert.equal(await page.getByLabel('视图').inputValue(), 'flame');
    assert.doesNotMatch(await page.locator('.viewer-bar').innerText(), /[a-z]{3}/i);
  });
});

test('what the box cuts off is counted at its edges', async () => {
  await inReport('deep', async (page) => {
    const cues = () => page.$$eval('.viewer-cue:not([hidden])', (all) => all.map((cue) => cue.textContent));
    const scroll = () => graph(page).evaluate((box) => box.scrollTop);
    const { height } = await graph(page).boundingBox(), hidden = Math.round(81 - height / ROW);
    assert.ok(height > 0.84 * 800 && height <= 0.85 * 800, `as high as the window lets it be: ${height}`);
    assert.deepEqual(await cues(), [`↑ ${hidden} more rows above`]);
    await shot(page, 'viewer.deep');
    await graph(page).hover();
    await page.mouse.wheel(0, -5 * ROW); // goes through the shade
    await page.waitForFunction(() => document.querySelectorAll('.viewer-cue:not([hidden])').length === 2);
    await page.mouse.wheel(0, -100 * ROW);
    await page.waitForFunction(() => document.querySelector('.viewer-graph').scrollTop === 0);
    await page.waitForFunction(() => document.querySelectorAll('.viewer-cue:not([hidden])').length === 1);
    assert.deepEqual(await cues(), [`↓ ${hidden} more rows below`]);
    await key(page, 'ArrowUp'); // the root, at the bottom
    assert.equal(await chosen(page), 'svc');
    assert.ok(await scroll() > 0);
    for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowUp');
    assert.equal(await chosen(page), 'f58');
    const y = (80 - 60) * ROW - await scroll();
    assert.ok(y >= ROW && y < height - ROW, `what is walked to is seen, clear of the shade: ${y}`);
  });
  await inReport('plain', async (page) => assert.equal(await page.locator('.viewer-cue:not([hidden])').count(), 0));
});

test('a narrow window: the graph has its width, and grows with it', async () => {
  await inReport('plain', async (page) => {
    const narrow = await width(page);
    assert.ok(narrow <= 390);
    await page.setViewportSize({ width: 900, height: 800 });
    await page.waitForFunction((was) => document.querySelector('.viewer-graph canvas').getBoundingClientRect().width > was + 300, narrow);
    assert.ok(named(await boxes(page), 'svc')[0].width > narrow + 300);
  }, { width: 390 });
});
