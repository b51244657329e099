// Every page and picture of a site (FP_SITE), as different readers see them.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const assert = require('node:assert/strict');
const { open, serve, look, shot, fileUrl, WIDTHS } = require('./browser.js');
const { filesOf, urlOf, overflow, axe, anatomy, deadLinks } = require('./checks.js');

const SITE = process.env.FP_SITE;
const NAME = process.env.FP_SITE_NAME;
// A phone; a desktop at 400 % and at 200 % (WCAG 1.4.10 and 1.4.4); a desktop.
const REFLOW = [320, 390, 640, 1280];

// Who reads: from where, on what, in which light, with scripts or without. `axe` and `shots` are slow and need not be
// done for each.
const READERS = [
  { name: 'desktop-light', axe: true, shots: true },
  { name: 'phone-dark', width: WIDTHS.phone, dark: true, axe: true, shots: true },
  { name: 'desktop-dark', dark: true },
  { name: 'phone-light', width: WIDTHS.phone },
  { name: 'desktop-light-plain', scripts: false },
  { name: 'phone-dark-plain', width: WIDTHS.phone, dark: true, scripts: false },
  { name: 'desktop-dark-plain', dark: true, scripts: false },
  { name: 'phone-light-plain', width: WIDTHS.phone, scripts: false },
  { name: 'desktop-light-file', file: true },
  { name: 'phone-dark-file-plain', width: WIDTHS.phone, dark: true, scripts: false, file: true },
];

const files = filesOf(SITE);
const isPage = (name) => name.endsWith('.html');
// "demo.2026-11-20-nginx-on-cpu-index": names of services may be longer than those of files
const shotName = (name, reader) => `${NAME}.${name.replace(/\.\w+$/, '').replace(/[^\w.]+/g, '-').slice(-120)}.${reader}`;

let browser, server;

test.before(async () => {
  browser = await open();
  server = await serve(SITE);
});
test.after(async () => {
  await browser.close();
  await server.close();
});

async function walk(reader, visit) {
  const base = reader.file ? fileUrl(SITE, '/') : server.url;
  const seen = await look(browser, { ...reader, base });
  for (const name of files) {
    await seen.page.goto(urlOf(base, name), { waitUntil: 'load' });
    seen.problems.push(...(await visit(seen.page, name)).map((problem) => `${name}: ${problem}`));
  }
  await seen.close();
  return seen.problems;
}

test('there are pages and pictures', () => {
  assert.ok(files.some(isPage) && files.some((name) => !isPage(name)), files.join());
});

for (const reader of READERS) {
  test(`${NAME} ${reader.name}: nothing fails, nothing is asked elsewhere`, async () => {
    assert.deepEqual(await walk(reader, async (page, name) => {
      if (reader.shots) await shot(page, shotName(name, reader.name));
      return reader.axe ? axe(page) : [];
    }), []);
  });
}

test(`${NAME}: latest.html leads to the newest night, and back to all nights from there`, async (t) => {
  if (!fs.existsSync(path.join(SITE, 'latest.html'))) return t.skip('no site of nights');
  for (const base of [server.url, fileUrl(SITE, '/')]) {
    const seen = await look(browser, { base });
    await seen.page.goto(urlOf(base, 'latest.html'));
    await seen.page.waitForURL(urlOf(base, `${fs.readlinkSync(path.join(SITE, 'latest'))}/index.html`));
    await seen.page.click('.site a');
    assert.equal(seen.page.url(), urlOf(base, 'index.html'));
    await seen.close();
    assert.deepEqual(seen.problems, []);
  }
});

test(`${NAME}: no page scrolls sideways, every link leads somewhere, one page of each sort on paper`, async () => {
  const anatomies = {};
  const printed = new Set();
  const problems = await walk({}, async (page, name) => {
    anatomies[name] = await anatomy(page);
    if (!isPage(name)) return [];
    const sort = await page.evaluate(() => document.body.className);
    if (!printed.has(sort)) {
      printed.add(sort);
      await page.emulateMedia({ media: 'print' });
      await shot(page, shotName(name, 'print'));
      await page.emulateMedia({ media: 'screen' });
    }
    return overflow(page, REFLOW);
  });
  assert.deepEqual([...problems, ...deadLinks(SITE, anatomies)], []);
});
