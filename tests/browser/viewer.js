// The graph in the page: the picture, zoom and search, and what stays when the page is opened again.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { look, shot } = require('./browser.js');
const { ROW, STACKS, BEFORE, AFTER, DEMO, site, sum, percent, bare, grouped, drawn, inReport, graph, found, told, hash,
  crumbs, chosen, stack, boxes, named, width, click, key, search, regex, pixel } = require('./reader.js');

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
        ['render', (s) => s[2] === 'render'], ['fresh', (s) => s[2] === 'fresh'], ['entry', (s) => s[5] === '[k] entry']])
        assert.ok(Math.abs(named(all, name)[0].width - whole * sum(STACKS, AFTER, holds) / total) < 4, name);
      assert.deepEqual(all.filter((box) => box.y === rows[rows.length - 3]).map((box) => box.name), ['idle', 'serve']);
      for (const { name, x, width: w, y } of all) // what the pointer finds is painted
        assert.equal((await pixel(page, x + w / 2, y - ROW / 2 + 2))[3], 255, name);
      const right = Math.max(...all.filter((box) => box.y === rows[0]).map((box) => box.x + box.width));
      assert.equal((await pixel(page, right + 20, rows[0]))[3], 0, 'beside the last box there is nothing');
      const kinds = ['entry', 'memcpy', 'fresh'].map((name) => named(all, name)[0]);
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
  const broken = path.join(site.folder, 'broken');
  fs.cpSync(path.join(site.folder, 'plain'), broken, { recursive: true });
  const script = path.join(broken, 'profile.js');
  fs.writeFileSync(script, fs.readFileSync(script, 'utf8').replace(/[A-Za-z0-9+/]{40}=*(["'`])/, '$1'));
  const seen = await look(site.browser, { base: site.server.url });
  await seen.page.goto(`${site.server.url}broken/index.html`);
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
    for (const name of ['svc', 'main', 'serve', 'render', 'memcpy'])
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
    const other = await look(site.browser, { base: site.strict.url }); // nothing but the link
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
  const summary = JSON.parse(fs.readFileSync(path.join(site.folder, DEMO, 'summary.json'), 'utf8'));
  const { name, node } = summary.functions[0];
  await inReport(DEMO, async (page) => {
    await page.locator('.viewer-path button').last().waitFor();
    assert.equal((await crumbs(page)).at(-1), bare(name));
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

test('a link to a part of the page leaves the view in the address; back and the keyboard work as ever', async () => {
  await inReport('plain', async (page) => {
    const view = async () => [await hash(page), (await crumbs(page)).at(-1), await found(page)];
    const top = () => page.$eval('#functions', (part) => part.getBoundingClientRect().top);
    await click(page, 'serve');
    await search(page, 'parse');
    const before = await view(), link = page.locator('a[href="#functions"]');
    assert.deepEqual(Object.keys(before[0]).sort(), ['node', 'q']);
    await link.focus();
    const from = await page.evaluate(() => scrollY), length = await page.evaluate(() => history.length);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('node='));
    assert.ok(await top() >= 0 && await top() < 60, `the part is at the top: ${await top()}`);
    assert.deepEqual(await view(), before);
    assert.equal(await page.evaluate(() => history.length), length + 1);
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.querySelector('#functions').contains(document.activeElement)), 'Tab goes on from there');
    await page.reload();
    await drawn(page);
    await page.locator('.viewer-path button', { hasText: 'serve' }).waitFor();
    assert.deepEqual(await view(), before);
    await page.goBack();
    await page.waitForFunction((y) => Math.abs(scrollY - y) < 60, from);
    assert.deepEqual(await view(), before);
  });
  await inReport('plain', async (page) => { // without a view there is nothing to keep
    await page.locator('a[href="#functions"]').click();
    await page.waitForFunction(() => location.hash === '#functions');
  });
});

/* ---- search ---- */

// Searches as a reader does; the share is that of the input.
const SEARCHES = [
  ['[k] entry', {}, (frame) => frame === '[k] entry'],
  ['^(entry|memcpy)$', { regex: true }, (frame) => /^\[.\] (entry|memcpy)$/.test(frame)],
  ['json', {}, (frame) => frame.toLowerCase().includes('json')],
  ['JSON', { matchCase: true }, (frame) => frame.includes('JSON')],
  ['parse', {}, (frame) => frame === 'parse'],
  ['^(parse|idle)$', { regex: true }, (frame) => frame === 'parse' || frame === 'idle'],
  ['^json$', { regex: true, matchCase: true }, (frame) => frame === 'json'],
];

for (const [query, how, matches] of SEARCHES)
  test(`search: ${query} ${JSON.stringify(how)}: the share is of the stacks, each once; the link has it all`, async () => {
    const of = (side) => sum(STACKS, side, (frames) => frames.some(matches));
    const names = new Set(Object.keys(STACKS).flatMap((s) => s.split(';')).filter(matches)), functions = names.size;
    const text = `${functions} function${functions === 1 ? '' : 's'} matching: ${grouped(of(AFTER))} samples, ` +
      `${percent(of(AFTER), sum(STACKS, AFTER))} of the total; before ${grouped(of(BEFORE))} samples, ` +
      percent(of(BEFORE), sum(STACKS, BEFORE));
    await inReport('compared', async (page) => {
      if (how.regex) await regex(page);
      if (how.matchCase) await page.getByRole('button', { name: 'Match case' }).click();
      await search(page, query);
      assert.equal(await found(page), text);
      const listed = await page.$$eval('.viewer-matches li button', (all) => all.map((b) => b.textContent));
      assert.deepEqual(listed.sort(), [...names].map(bare).sort());
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
  const report = path.join(site.folder, DEMO);
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
