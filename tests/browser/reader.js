// The graph in the page as a reader has it: reports, made before the first test and gone after the last, and what is
// seen and done in one. `site` is where they are, and the browser and servers for them.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { open, serve, look, fileUrl } = require('./browser.js');

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

const site = { folder: '', browser: null, server: null, strict: null };

const sum = (stacks, side, matches = () => true) => Object.entries(stacks)
  .filter(([stack]) => matches(stack.split(';'))).reduce((all, [, values]) => all + values[side], 0);
const percent = (part, whole) => `${(100 * part / whole).toPrecision(3)} %`;
const bare = (name) => name.replace(/^\[[tpkcl]\] /, ''); // as it is shown
const grouped = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

function render(name, text, ...options) {
  execFileSync(process.env.FLAMEPRESS, ['render', '-', '-o', path.join(site.folder, name), '--service', 'svc',
    '--formats', 'html,svg', '--no-interactive', ...options], { input: text }); // no script in the SVG: see `strict`
}

const folded = (side) => Object.entries(STACKS).filter(([, values]) => values[side])
  .map(([stack, values]) => `${stack} ${values[side]}\n`).join('');

test.before(async () => {
  site.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-viewer-'));
  const before = path.join(site.folder, 'before.folded');
  fs.writeFileSync(before, folded(BEFORE));
  for (const [name, ...options] of [['plain'], ['compared', '--baseline', before], ['zh', '--lang', 'zh']])
    render(name, folded(AFTER), ...options);
  render('deep', `main;${Array.from({ length: 79 }, (_, i) => `f${i}`).join(';')} 10\n`);
  render('hostile', HOSTILE.map((name, i) => `${name.replace(/;/g, ',')};[k] ${name.replace(/;/g, ',')};f${i} ${i + 10}\n`).join(''));
  execFileSync(process.env.FLAMEPRESS, ['demo', '-o', path.join(site.folder, 'demo')], { stdio: 'ignore' });
  site.browser = await open();
  site.server = await serve(site.folder);
  site.strict = await serve(site.folder, { 'Content-Security-Policy': "script-src 'self'" });
});
test.after(async () => {
  await site.browser.close();
  await site.server.close();
  await site.strict.close();
  fs.rmSync(site.folder, { recursive: true });
});

const DEMO = 'demo/2026/11/20/checkout-api/on-cpu';
const drawn = (page) => page.waitForFunction(() => performance.getEntriesByName('flamepress-drawn').length > 0);

// Opens a report, calls `visit` with its page, and wants no complaint: from a file, or over http, where scripts of any
// other kind are forbidden but in the demo, whose pictures have one.
async function inReport(name, visit, { file = false, hash = '', ...reader } = {}) {
  const base = file ? fileUrl(site.folder, '/') : (name === DEMO ? site.server : site.strict).url;
  const seen = await look(site.browser, { base, ...reader });
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

module.exports = { ROW, STACKS, HOSTILE, BEFORE, AFTER, DEMO, site, sum, percent, bare, grouped, drawn, inReport, graph, found,
  told, hash, crumbs, chosen, stack, fact, boxes, named, width, click, key, search, regex, pick, simplify, pixel };
