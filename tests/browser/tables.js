// The tables of a report: sorted, filtered, all functions, callers and callees; and what there is without a script.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { open, serve, look, shot, fileUrl } = require('./browser.js');
const { axe, overflow } = require('./checks.js');

// 260 functions that differ, one that calls them all and itself, one that is new and one that is gone.
const COUNT = 260;
const leaf = (i) => `pkg::leaf${String(i).padStart(3, '0')}`;
const now = Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [`[t] main;run;run;${leaf(i)}`, 1000 + 7 * i]));
const then = { ...now, '[t] main;run;gone': 9000, [`[t] main;run;run;${leaf(3)}`]: 60000 };
Object.assign(now, { '[t] main;run;fresh<T>': 90000, '[t] main;run': 5, '[t] other;Fresh': 3 });

let folder, browser, server;

function render(name, stacks, ...options) {
  const input = path.join(folder, `${name}.folded`), out = path.join(folder, name);
  fs.writeFileSync(input, Object.entries(stacks).map(([stack, value]) => `${stack} ${value}\n`).join(''));
  execFileSync(process.env.FLAMEPRESS, ['render', input, '-o', out, '--service', 'svc', ...options]);
}

test.before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-tables-'));
  render('then', then, '--formats', 'html');
  const baseline = path.join(folder, 'then.folded');
  render('all', now, '--baseline', baseline);
  render('single', now, '--baseline', baseline, '--single-file');
  // many functions that the page's own script knows, and no profile to take them from
  render('plain', now, '--baseline', baseline);
  fs.rmSync(path.join(folder, 'plain', 'profile.js'));
  fs.writeFileSync(path.join(folder, 'plain', 'profile.js'), '');
  browser = await open();
  server = await serve(folder);
});
test.after(async () => {
  await browser.close();
  await server.close();
  fs.rmSync(folder, { recursive: true });
});

async function inPage(name, visit, { url, ...reader } = {}) {
  const seen = await look(browser, reader);
  try {
    await seen.page.goto(url || fileUrl(folder, name));
    await visit(seen.page);
  } finally {
    await seen.close();
  }
  assert.deepEqual(seen.problems, []);
}

const REPORT = path.join('all', 'index.html');
const all = (page) => page.locator('table.everything');
// [name, self, total] of the rows, without their marks
const rows = (page) => page.evaluate(() => [...document.querySelectorAll('.everything > tbody > tr:not(.detail)')].map((row) =>
  row.querySelector('th code').textContent));
const ready = (page) => all(page).waitFor();
const status = (page, within = '.everything-of') => page.locator(`${within} output`).textContent();
const head = (page, text) => all(page).locator('> thead').getByRole('button', { name: text, exact: true });

test('all functions are there, some at a time', async () => {
  await inPage(REPORT, async (page) => {
    await ready(page);
    assert.equal((await rows(page)).length, 20);
    assert.equal(await page.locator('.pair.replaced').isVisible(), false);
    const more = page.locator('.everything-of > button.more');
    await more.focus();
    await page.keyboard.press('Enter');
    assert.equal((await rows(page)).length, 220);
    assert.equal(await page.evaluate(() => document.activeElement.className), 'more');
    await page.keyboard.press('Enter');
    const names = await rows(page);
    assert.equal(names.length, COUNT + 4); // run, fresh, Fresh, gone
    assert.equal(new Set(names).size, names.length);
    assert.equal(await more.isVisible(), false);
    assert.ok(names.includes('gone') && names.includes('Fresh'));
  });
});

test('heads sort, by pointer and by key, and say so', async () => {
  await inPage(REPORT, async (page) => {
    await ready(page);
    assert.deepEqual((await rows(page)).slice(0, 2), ['fresh<T>', leaf(COUNT - 1)]);
    await head(page, 'total').click();
    assert.deepEqual((await rows(page)).slice(0, 2), ['run', 'fresh<T>']);
    assert.deepEqual(await all(page).locator('> thead th').evaluateAll((ths) => ths.map((th) => th.getAttribute('aria-sort'))),
      [null, 'descending', null, null, null]);
    await head(page, 'function').focus();
    await page.keyboard.press('Enter');
    assert.deepEqual((await rows(page)).slice(0, 4), ['Fresh', 'fresh<T>', 'gone', leaf(0)]);
    await page.keyboard.press(' ');
    assert.deepEqual((await rows(page)).slice(0, 2), ['run', leaf(COUNT - 1)]);
    assert.equal(await all(page).locator('th[aria-sort]').textContent(), 'function');
    await head(page, 'change of total in points').click();
    assert.deepEqual((await rows(page)).slice(0, 1), ['fresh<T>']);
    assert.equal(await all(page).locator('tbody tr').first().locator('td').nth(3).textContent(), 'new');
    await head(page, 'change of total in points').click();
    const [first] = await rows(page);
    assert.equal(first, leaf(3));
  });
});

test('the filter is literal, folds case, and counts aloud', async () => {
  await inPage(REPORT, async (page) => {
    await ready(page);
    const box = page.getByRole('searchbox', { name: 'Filter Functions', exact: true });
    await box.fill('FRESH');
    assert.deepEqual((await rows(page)).sort(), ['Fresh', 'fresh<T>']);
    assert.equal(await status(page), `2 of ${COUNT + 4} functions on either side`);
    assert.equal(await page.locator('.everything-of output').getAttribute('role'), 'status');
    await box.fill('leaf..');
    assert.deepEqual(await rows(page), []);
    assert.equal(await status(page), 'No function matches.');
    await box.fill('leaf01');
    await head(page, 'self').click(); // from largest first to smallest first
    assert.deepEqual(await rows(page), Array.from({ length: 10 }, (_, i) => leaf(10 + i)));
    await box.fill('');
    assert.equal((await rows(page)).length, 20);
    assert.equal(await status(page), '');
  });
});

test('callers and callees of any function, by keyboard, and on into the graph', async () => {
  await inPage(REPORT, async (page) => {
    await ready(page);
    await page.getByRole('searchbox', { name: 'Filter Functions', exact: true }).fill('run');
    await page.getByRole('button', { name: 'Callers and callees: run', exact: true }).focus();
    await page.keyboard.press('Enter');
    const [callers, callees] = await page.locator('.detail table').all();
    assert.deepEqual(await callers.locator('tbody th').allTextContents(), ['main']);
    const called = await callees.locator('tbody th').allTextContents();
    assert.deepEqual(called.slice(0, 3), ['Itself', 'fresh<T>', leaf(COUNT - 1)]);
    assert.equal(called.length, 1 + 20 + 1);
    // what is listed, and the rest, add up to what passes through
    const sum = (table) => table.locator('tbody td[title]').evaluateAll((cells) =>
      cells.reduce((a, cell) => a + parseInt(cell.title.replace(/,/g, ''), 10), 0));
    const total = Object.entries(now).filter(([stack]) => stack.includes(';run')).reduce((a, [, value]) => a + value, 0);
    assert.deepEqual([await sum(callers), await sum(callees)], [total, total]);
    assert.deepEqual(await axe(page), []);
    await shot(page, 'tables.calls');

    await callees.getByRole('link', { name: 'fresh<T>' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.className === 'viewer-graph');
    assert.match(new URL(page.url()).hash, /^#fn=fresh%3CT%3E&view=sandwich$/);
    assert.match(await page.locator('.viewer-note').textContent(), /^fresh<T>: callers above, callees below/);
    await page.goBack();
    assert.equal(new URL(page.url()).hash, '');

    await page.getByRole('button', { name: 'Callers and callees: run', exact: true }).click();
    assert.equal(await page.locator('.detail').count(), 0);
  });
});

test('without a profile the tables that are there are sorted and filtered', async () => {
  await inPage(path.join('plain', 'index.html'), async (page) => {
    const table = page.locator('#functions table').first();
    const visible = () => table.locator('tbody tr:visible th code').allTextContents();
    assert.equal((await visible()).length, 20);
    const more = page.locator('#functions button.more').first();
    assert.equal(await more.textContent(), '80 more');
    await more.click();
    assert.equal((await visible()).length, 100);
    await more.click();
    await table.getByRole('button', { name: 'change in points' }).click();
    await table.getByRole('button', { name: 'change in points' }).click();
    assert.equal((await visible()).length, 20);
    await page.getByRole('searchbox', { name: 'Filter By self', exact: true }).fill('Leaf25');
    assert.equal((await visible()).length, 10);
    assert.equal(await status(page, '#functions .ranking:first-child'), '10 of 100 rows');
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(await overflow(page, [320, 390, 640, 1280]), []);
  });
});

for (const [name, options] of [['without a script', { scripts: false }], ['on paper', {}]]) {
  test(`${name}: the leading functions, what changed of them, callers and callees, no controls`, async () => {
    await inPage(REPORT, async (page) => {
      const paper = options.scripts !== false;
      if (paper) {
        await ready(page);
        await page.emulateMedia({ media: 'print' });
      } else {
        for (const fold of await page.locator('main details').all()) await fold.locator('summary').first().click();
      }
      const shown = await page.locator('#functions .ranking').first().locator('tbody tr:visible th code').allTextContents();
      assert.equal(shown.length, paper ? 15 : 100);
      assert.deepEqual((await page.locator('#functions .ranking').first().locator('.note:visible').allTextContents()).map((text) =>
        /[\d,]+ of [\d,]+/.exec(text)[0]), [paper ? `15 of ${COUNT + 3}` : `100 of ${COUNT + 3}`]);
      assert.equal(shown[0], 'fresh<T>');
      assert.equal(await page.locator('#functions tbody tr').filter({ hasText: 'fresh<T>' }).locator('.change:visible').first().textContent(), 'new');
      const run = page.locator('details.calls').filter({ has: page.locator('summary', { hasText: /^run / }) });
      assert.deepEqual(await run.locator('table').first().locator('tbody th code').allTextContents(), ['main']);
      assert.equal(await run.locator('tbody tr:visible').count(), 1 + 1 + 10 + 1);
      assert.equal(await page.locator('main button:not(.sort):visible, main input:visible').count(), 0);
    }, options);
  });
}

test('the page of one file sorts and filters all functions, too', async () => {
  await inPage(path.join('single', 'report.html'), async (page) => {
    const table = page.locator('#functions table').first();
    await table.getByRole('button', { name: 'function' }).click();
    assert.deepEqual((await table.locator('tbody tr:visible th code').allTextContents()).slice(0, 2), ['Fresh', 'fresh<T>']);
  });
});

test('small windows, both lights', async () => {
  for (const dark of [false, true])
    await inPage(REPORT, async (page) => {
      await ready(page);
      await page.locator('.opener').first().click();
      assert.deepEqual(await axe(page), []);
      assert.deepEqual(await overflow(page, [320, 390, 640, 1280]), []);
      await page.setViewportSize({ width: 390, height: 800 });
      await shot(page, `tables.phone.${dark ? 'dark' : 'light'}`);
    }, { width: 390, dark });
});
