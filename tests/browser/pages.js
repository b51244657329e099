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

// Who reads: on what, in which light, with scripts or without; any two of these meet on the pages of each sort, and on
// every page whose names want to be more. From a server and from a file by turns.
const READERS = [
  { name: 'desktop-light' },
  { name: 'phone-dark', width: WIDTHS.phone, dark: true, file: true },
  { name: 'desktop-dark-plain', dark: true, scripts: false, file: true },
  { name: 'phone-light-plain', width: WIDTHS.phone, scripts: false },
];
// The other half: one page of each sort.
const MORE_READERS = [
  { name: 'desktop-dark', dark: true },
  { name: 'phone-light', width: WIDTHS.phone },
  { name: 'desktop-light-plain', scripts: false },
  { name: 'phone-dark-plain', width: WIDTHS.phone, dark: true, scripts: false },
];
// Those who keep what they see of one page of each sort, and judge by axe, which is slow: of each sort the first page
// both, the others by turns.
const JUDGES = ['desktop-light', 'phone-dark'];

// What a site has for tickets is to be downloaded, not visited: ticket.js has it.
const files = filesOf(SITE).filter((name) => !name.endsWith('/report.html'));
const isPage = (name) => name.endsWith('.html');
// What a file is one of many of: pages with a body of the same class, pictures with the same name.
const sortOf = (name) => (isPage(name)
  ? /<body class="([^"]*)"/.exec(fs.readFileSync(path.join(SITE, name), 'utf8'))[1]
  : path.basename(name).replace(/\..*/, '.svg'));
const nth = new Map(), seenOf = {}; // name → the how manieth of its sort
for (const name of files) {
  const sort = sortOf(name);
  nth.set(name, seenOf[sort] = (seenOf[sort] ?? -1) + 1);
}
const firsts = files.filter((name) => nth.get(name) === 0);
// Of the many that differ by their numbers alone, those behind the first few are for two: the first reader, and another.
const FEW = 4;
const readBy = (reader) => files.filter((name) => NAME === 'hostile' || nth.get(name) < FEW || JUDGES.includes(reader.name)
  && isPage(name) || nth.get(name) % (READERS.length - 1) === READERS.indexOf(reader) - 1);

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

async function walk(reader, names, visit) {
  const base = reader.file ? fileUrl(SITE, '/') : server.url;
  const seen = await look(browser, { ...reader, base });
  for (const name of names) {
    await seen.page.goto(urlOf(base, name), { waitUntil: 'load' });
    seen.problems.push(...(await visit(seen.page, name)).map((problem) => `${name}: ${problem}`));
  }
  await seen.close();
  return seen.problems;
}

// What one reader finds.
function judge(reader) {
  const judges = JUDGES.indexOf(reader.name);
  return async (page, name) => {
    if (judges < 0) return [];
    const first = nth.get(name) === 0;
    if (first) await shot(page, shotName(name, reader.name));
    return first || (isPage(name) && nth.get(name) % JUDGES.length === judges) ? axe(page) : [];
  };
}

test('there are pages and pictures', () => {
  assert.ok(files.some(isPage) && files.some((name) => !isPage(name)), files.join());
});

for (const reader of READERS.slice(1))
  test(`${NAME} ${reader.name}: nothing fails, nothing is asked elsewhere`, async () => {
    assert.deepEqual(await walk(reader, readBy(reader), judge(reader)), []);
  });

for (const reader of MORE_READERS)
  test(`${NAME} ${reader.name}, one page of each sort: nothing fails, nothing is asked elsewhere`, async () => {
    assert.deepEqual(await walk(reader, firsts, judge(reader)), []);
  });

test(`${NAME} ${READERS[0].name}: nothing fails, no page scrolls sideways, every link leads somewhere`, async () => {
  const anatomies = {}, first = judge(READERS[0]);
  const problems = await walk(READERS[0], files, async (page, name) => {
    const found = await first(page, name);
    anatomies[name] = await anatomy(page);
    if (!isPage(name)) return found;
    if (nth.get(name) === 0) {
      await page.emulateMedia({ media: 'print' });
      await shot(page, shotName(name, 'print'));
      await page.emulateMedia({ media: 'screen' });
    }
    return [...found, ...await overflow(page, REFLOW)];
  });
  assert.deepEqual([...problems, ...deadLinks(SITE, anatomies)], []);
});

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
