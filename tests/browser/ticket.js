// report.html, the page of one file that hangs in a ticket: its graph works from file://, under its own policy.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { open, look, shot, fileUrl, WIDTHS } = require('./browser.js');
const { axe, overflow } = require('./checks.js');

const NOW = { 'main;serve;parse': 400, 'main;serve;render': 300, 'main;idle': 300, '[k] entry': 50 };
const THEN = { 'main;serve;parse': 200, 'main;serve;render': 300, 'main;idle': 300 };
const HOSTILE = ['</script><script>alert(1)</script>', '<!--', '<!--<script>', ']]>', '//]]>', '"); alert(2); ("', "'\\u2028\u2028",
  '</style><img src=x onerror=alert(3)>', 'javascript:alert(4)', '\u202etxt.exe', '{{{text}}}'];

let folder, browser;

function write(name, stacks) {
  const file = path.join(folder, `${name}.folded`);
  fs.writeFileSync(file, Object.entries(stacks).map(([stack, value]) => `${stack} ${value}\n`).join(''));
  return file;
}

function render(name, stacks, ...options) {
  const input = write(name, stacks), out = path.join(folder, name);
  execFileSync(process.env.FLAMEPRESS, ['render', input, '--single-file', '-o', out, '--service', 'svc', ...options]);
  // alone: nothing beside it may help
  fs.mkdirSync(path.join(folder, `${name}.alone`));
  fs.renameSync(path.join(out, 'report.html'), path.join(folder, `${name}.alone`, 'report.html'));
}

test.before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-ticket-'));
  const then = write('then', THEN);
  render('plain', NOW, '--baseline', then);
  render('zh', NOW, '--baseline', then, '--lang', 'zh');
  render('inert', NOW, '--no-interactive');
  render('hostile', Object.fromEntries(HOSTILE.map((name) => [`${name.replace(/;/g, '')};leaf`, 10])), '--title', HOSTILE[0]);
  browser = await open();
});
test.after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true });
});

// Opens a page, calls `visit` with it, and wants no complaint. Nothing but the file may be asked for.
async function inPage(name, visit, { hash = '', drawn = true, ...reader } = {}) {
  const url = fileUrl(folder, `${name}.alone`, 'report.html'), seen = await look(browser, reader), asked = [];
  seen.context.on('request', (request) => asked.push(request.url().replace(/#.*/, '').replace(/^data:.*/, 'data:')));
  try {
    await seen.page.goto(url + hash);
    if (drawn) await seen.page.waitForFunction(() => performance.getEntriesByName('flamepress-drawn').length > 0);
    await visit(seen.page);
  } finally {
    await seen.close();
  }
  assert.deepEqual(seen.problems, []);
  assert.deepEqual(asked.filter((each) => each !== url && each !== 'data:'), []);
}

// The id of a frame in every page: UUIDv5 of its path.
function idOf(...frames) {
  const oid = Buffer.from('6ba7b8129dad11d180b400c04fd430c8', 'hex');
  const digest = createHash('sha1').update(oid).update(frames.join(';')).digest().subarray(0, 16);
  digest[6] = digest[6] & 0x0f | 0x50;
  digest[8] = digest[8] & 0x3f | 0x80;
  return digest.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

const drawing = (page) => page.locator('#viewer canvas').screenshot();
const hash = async (page, key) => page.evaluate((key) => new URLSearchParams(location.hash.slice(1)).get(key), key);
const chosen = (page) => page.locator('.viewer-frame').innerText();

for (const reader of [{ name: 'desktop-light' }, { name: 'phone-dark', width: WIDTHS.phone, dark: true }])
  test(`the graph is drawn, and the picture is there for paper: ${reader.name}`, async () => {
    await inPage('plain', async (page) => {
      const blank = await page.evaluate(() => { // of one colour, as a canvas is that nobody painted
        const canvas = document.querySelector('#viewer canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size < 5;
      });
      assert.ok(!blank);
      assert.ok(await page.locator('#viewer canvas').isVisible());
      assert.ok(!(await page.locator('#picture').isVisible()));
      await shot(page, `ticket.${reader.name}`);
      assert.deepEqual(await axe(page), []);
      await page.emulateMedia({ media: 'print' });
      assert.ok(!(await page.locator('#viewer').isVisible()));
      assert.ok(await page.locator('#picture object').isVisible());
      await shot(page, `ticket.${reader.name}.print`);
      await page.emulateMedia({ media: 'screen' });
      assert.deepEqual(await overflow(page, [reader.width || WIDTHS.desktop]), []);
    }, reader);
  });

test('zoom, reload, back, search: the address keeps the view of a file, too', async () => {
  await inPage('plain', async (page) => {
    const whole = await drawing(page);
    await page.locator('.viewer-graph').focus();
    for (const key of ['ArrowUp', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
    const node = await hash(page, 'node');
    assert.match(node, /^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    assert.ok(!whole.equals(await drawing(page)));
    await page.reload();
    await page.waitForFunction(() => performance.getEntriesByName('flamepress-drawn').length > 0);
    assert.equal(await hash(page, 'node'), node);
    await page.locator('#viewer input[type=search]').fill('render');
    assert.match(await page.locator('#viewer').innerText(), /28\.6 %/); // 300 of 1,050
    assert.equal(await hash(page, 'q'), 'render');
    await page.locator('#viewer input[type=search]').fill('');
    await page.goBack();
    assert.equal(await hash(page, 'node'), null);
  });
});

test('links into the file: a frame, its difference, a function between its callers and callees', async () => {
  const parse = idOf('main', 'serve', 'parse');
  await inPage('plain', async (page) => {
    assert.match(await chosen(page), /parse/);
    assert.match(await chosen(page), /400 samples/);
    assert.match(await page.locator('#viewer').innerText(), /more|less|points/);
    await shot(page, 'ticket.link');
  }, { hash: `#side=difference&node=${parse}` });
  await inPage('plain', async (page) => {
    assert.equal(await page.locator('#viewer select').first().inputValue(), 'sandwich');
    assert.match(await page.locator('#viewer').innerText(), /serve/);
  }, { hash: '#view=sandwich&fn=serve' });
});

test('what changed leads to the frame in the difference, in this file', async () => {
  await inPage('plain', async (page) => {
    const link = page.locator('#changes a[data-node]', { hasText: 'parse' });
    assert.equal(await link.getAttribute('href'), '#difference');
    await page.click('.theme [value=dark]');
    await link.click();
    await page.waitForFunction(() => location.hash.includes('side=difference'));
    assert.equal(await hash(page, 'node'), idOf('main', 'serve', 'parse'));
    assert.equal(await hash(page, 'theme'), 'dark');
    assert.match(await chosen(page), /parse/);
    const top = await page.locator('#graph').evaluate((e) => e.getBoundingClientRect().top);
    assert.ok(top > -2 && top < 400, `the graph is in view: ${top}`);
    await page.goBack();
    assert.equal(await hash(page, 'node'), null);
  });
  await inPage('plain', async (page) => {
    await page.locator('#changes a[href="#difference"]').first().click();
    assert.equal(await page.evaluate(() => location.hash), '#difference');
  }, { scripts: false, drawn: false });
});

// Elsewhere, a night leads to the row of a change: without script that is where its reader comes to, with script the graph.
test('a link of a night leads to the row of the change, or to the graph', async () => {
  const parse = idOf('main', 'serve', 'parse');
  for (const scripts of [true, false])
    await inPage('plain', async (page) => {
      const at = (selector) => page.locator(selector).evaluate((e) => e.getBoundingClientRect().top);
      if (scripts) assert.ok(Math.abs(await at('#graph')) < 400, `${await at('#graph')}`);
      else assert.equal(await page.locator('tr:target').locator('th').innerText(), 'parse');
    }, { hash: `#side=difference&node=${parse}`, scripts, drawn: scripts });
});

test('in Chinese', async () => {
  await inPage('zh', async (page) => {
    assert.match(await page.locator('#viewer').innerText(), /对比/);
    await shot(page, 'ticket.zh');
    assert.deepEqual(await axe(page), []);
  });
});

test('without scripts, blocked or not written, it is the picture', async () => {
  for (const [name, scripts] of [['plain', false], ['inert', true]])
    await inPage(name, async (page) => {
      assert.ok(await page.locator('#picture object').isVisible());
      assert.equal(await page.locator('#viewer canvas').count(), 0);
      if (name === 'inert') assert.equal(await page.locator('script').count(), 0);
      await shot(page, `ticket.${name}-plain`);
    }, { scripts, drawn: false });
});

test('hostile names are data: the scripts are four, and run', async () => {
  await inPage('hostile', async (page) => {
    assert.equal(await page.locator('script').count(), 4);
    for (const name of HOSTILE.map((each) => each.replace(/;/g, ''))) {
      await page.locator('#viewer input[type=search]').fill(name);
      const says = await page.locator('#viewer').innerText();
      assert.match(says, new RegExp(`${(100 / HOSTILE.length).toPrecision(3)} %`), name);
    }
    await shot(page, 'ticket.hostile');
  });
});

// What a policy is for: the same page with one byte of a script changed draws nothing, and says so on the console.
test('a script that is another one is not run', async () => {
  const file = path.join(folder, 'plain.alone', 'report.html'), page = fs.readFileSync(file, 'utf8');
  fs.mkdirSync(path.join(folder, 'changed.alone'));
  fs.writeFileSync(path.join(folder, 'changed.alone', 'report.html'), page.replace('flamepress.profile("', 'flamepress.profile( "'));
  const seen = await look(browser);
  await seen.page.goto(fileUrl(folder, 'changed.alone', 'report.html'));
  assert.ok(await seen.page.locator('#picture object').isVisible());
  assert.equal(await seen.page.locator('#viewer canvas').count(), 0);
  await seen.close();
  assert.match(seen.problems.join('\n'), /Content Security Policy/);
});
