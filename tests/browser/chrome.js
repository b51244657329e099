// The head line of every page: the theme, the nights before and after, the services; with scripts and without.
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const assert = require('node:assert/strict');
const { open, serve, look, shot, fileUrl, WIDTHS } = require('./browser.js');
const { axe, overflow } = require('./checks.js');

const SITE = process.env.FP_SITE; // "nights" of sites.py
const REPORT = '/orders/on-cpu/index.html';
const AUDIT = '/%253Ci%253Eaudit/on-cpu/index.html';
const DAY = (day) => `2026/11/${day}`;

let browser, server;

test.before(async () => {
  browser = await open();
  server = await serve(SITE);
});
test.after(async () => {
  await browser.close();
  await server.close();
});

// Wants no complaint.
async function from(base, visit, how = {}) {
  const seen = await look(browser, { base, ...how });
  await visit(seen.page, base);
  assert.deepEqual(seen.problems, []);
  await seen.close();
}

// Visits from http:// and from file://.
async function both(visit, how) {
  for (const base of [server.url, fileUrl(SITE, '/')]) await from(base, visit, how);
}

const theme = (page) => page.evaluate(() => document.documentElement.dataset.theme || 'auto');
const paper = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const pressed = (page) => page.locator('.theme [aria-pressed="true"]').getAttribute('value');
const LIGHT = 'rgb(255, 255, 255)', DARK = 'rgb(22, 24, 27)';

test('the view of the graph goes along to the same report of another night', () => both(async (page, base) => {
  await page.goto(`${base}${DAY(19)}${REPORT}#q=work`);
  await page.click('#night-before a');
  await page.waitForURL(`${base}${DAY(18)}${REPORT}#q=work`);
}));

test('the theme is chosen once, for all pages', () => both(async (page, base) => {
  await page.goto(`${base}${DAY(19)}${REPORT}`);
  await page.waitForSelector('.viewer canvas');
  assert.deepEqual([await theme(page), await paper(page), await pressed(page)], ['auto', LIGHT, 'auto']);
  await page.click('.theme [value="dark"]');
  assert.deepEqual([await theme(page), await paper(page), await pressed(page)], ['dark', DARK, 'dark']);
  assert.match(page.url(), /#theme=dark$/);
  await page.reload();
  assert.deepEqual([await theme(page), await paper(page), await pressed(page)], ['dark', DARK, 'dark']);
  // where the address does not say it: on other pages of each sort, and after a reload
  for (const name of ['index.html', `${DAY(20)}/index.html`, `${DAY(18)}${REPORT}`, 'services/orders/index.html']) {
    await page.goto(base + name);
    assert.deepEqual([await theme(page), await paper(page), await pressed(page)], ['dark', DARK, 'dark'], name);
  }
  await page.click('.theme [value="light"]');
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.equal(await paper(page), LIGHT);
  await page.click('.theme [value="auto"]');
  assert.deepEqual([await paper(page), new URL(page.url()).hash], [DARK, '']);
  await page.reload();
  assert.deepEqual([await theme(page), await paper(page)], ['auto', DARK]);
}));

test('a link says the theme, and the graph keeps it', () => both(async (page, base) => {
  await page.goto(`${base}${DAY(19)}${REPORT}#view=icicle&theme=dark`);
  await page.waitForSelector('.viewer canvas');
  assert.deepEqual([await theme(page), await pressed(page)], ['dark', 'dark']);
  await page.selectOption('#viewer-order', 'size'); // another state of the graph, and back
  assert.match(page.url(), /theme=dark/);
  await page.goBack();
  assert.equal(await theme(page), 'dark');
  await page.click('.theme [value="light"]');
  assert.match(page.url(), /view=icicle&theme=light$/);
  assert.equal(await page.locator('#viewer-view').inputValue(), 'icicle');
  await page.selectOption('#viewer-view', 'flame');
  assert.match(page.url(), /theme=light$/);
  assert.equal(await page.locator('[id="viewer-theme"]').count(), 0); // one switch, not two
}));

test('the theme is there before anything is drawn', async () => {
  const seen = await look(browser, { base: server.url });
  await seen.page.addInitScript(() => {
    localStorage.setItem('flamepress.theme', 'dark');
    new MutationObserver((changes, observer) => {
      if (!document.body) return;
      window.themeAtBody = document.documentElement.dataset.theme;
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await seen.page.goto(`${server.url}index.html`);
  assert.equal(await seen.page.evaluate(() => window.themeAtBody), 'dark');
  await seen.close();
});

test('without storage the address keeps it', async () => {
  const seen = await look(browser, { base: server.url });
  await seen.page.addInitScript(() => Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } }));
  await seen.page.goto(`${server.url}index.html#calendar`);
  await seen.page.click('.theme [value="dark"]');
  await seen.page.reload();
  assert.equal(await theme(seen.page), 'dark');
  assert.deepEqual(seen.problems, []);
  await seen.close();
});

const at = (page, base) => page.url().slice(base.length);

test('an old report leads on to the nights after it', () => both(async (page, base) => {
  await page.goto(`${base}${DAY(18)}${REPORT}`);
  assert.equal(await page.locator('#night-before').count(), 0);
  assert.equal(await page.locator('#night-newest a').getAttribute('title'), 'Fri 20 Nov 2026');
  await page.click('a[rel=next]');
  assert.equal(at(page, base), DAY(19) + REPORT);
  await page.click('a[rel=next]');
  assert.equal(at(page, base), DAY(20) + REPORT);
  await page.waitForSelector('#night-newest span');
  assert.equal(await page.locator('a[rel=next]').count(), 0);
  await page.click('a[rel=prev]');
  await page.click('a[rel=prev]');
  assert.equal(at(page, base), DAY(18) + REPORT);
  await page.click('#night-newest a[title]');
  assert.equal(at(page, base), DAY(20) + REPORT);
}));

test('where the next night has no such report, to that night; and back', () => both(async (page, base) => {
  await page.goto(`${base}${DAY(18)}${AUDIT}`);
  await page.click('a[rel=next]');
  assert.equal(at(page, base), DAY(19) + AUDIT);
  await page.click('a[rel=next]');
  assert.equal(at(page, base), `${DAY(20)}/index.html`);
  await page.click('a[rel=prev]');
  assert.equal(at(page, base), `${DAY(19)}/index.html`);
}));

test('hours go with hours', () => both(async (page, base) => {
  const [first, second] = ['T010000Z-3600', 'T020000Z-3600'].map((hour) => DAY(20) + hour);
  await page.goto(`${base}${second}${REPORT}`);
  await page.waitForSelector('#night-newest span');
  await page.click('a[rel=prev]');
  assert.equal(at(page, base), first + REPORT);
  await page.waitForSelector('a[rel=next]');
  assert.equal(await page.locator('a[rel=prev]').isVisible().catch(() => false), false);
  await page.click('a[rel=next]');
  assert.equal(at(page, base), second + REPORT);
}));

test('the services of the night are one step away, by keyboard too', () => both(async (page, base) => {
  await page.goto(`${base}${DAY(19)}/index.html`);
  const summary = page.locator('#jump summary');
  await summary.focus();
  await page.keyboard.press('Enter');
  assert.deepEqual(await page.locator('#jump bdi').allTextContents(), ['<i>audit', 'orders']);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#jump details[open]').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SUMMARY');
  await page.keyboard.press('Enter');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Tab'); // all, the service, its event
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}${DAY(19)}${AUDIT}`);
  await summary.click();
  assert.equal(await page.locator('#jump [aria-current=page]').getAttribute('aria-label'), '<i>audit on-cpu');
  await page.click('#jump li:nth-child(2) a'); // over the nights
  assert.equal(at(page, base), 'services/orders/index.html');
  await summary.click(); // of no night: those of the newest
  await page.click('#jump a[aria-label="orders on-cpu"]');
  assert.match(at(page, base), new RegExp(`^${DAY(20)}.*${REPORT}$`));
  await summary.click();
  await page.click('h1');
  assert.equal(await page.locator('#jump details[open]').count(), 0);
}));

test('without scripts: the night before, the night, the newest, the calendar, the services', () => both(async (page, base) => {
  const steps = [
    ['a[rel=prev]', DAY(19) + REPORT], ['a[rel=prev]', DAY(18) + REPORT], ['.nights li a', `${DAY(18)}/index.html`],
    ['.services .name a', DAY(18) + AUDIT], ['#jump a', `${DAY(18)}/index.html#services`],
    ['.trail a', 'index.html#calendar'],
  ];
  await page.goto(`${base}${DAY(20)}${REPORT}`);
  assert.equal(await page.locator('.theme').isVisible(), false);
  for (const [link, to] of steps) {
    await page.click(link);
    assert.equal(at(page, base), to);
  }
  await page.goto(`${base}${DAY(19)}${REPORT}`);
  await page.click('.trail li:nth-child(3) a');
  assert.equal(at(page, base), 'services/orders/index.html');
  await page.click('#night-newest a');
  await page.waitForURL(`${base}${fs.readlinkSync(path.join(SITE, 'latest'))}/index.html`);
}, { scripts: false }));

test('below latest/, under a prefix, a page goes on to its own address', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-chrome-'));
  fs.symlinkSync(SITE, path.join(folder, 'prefix'));
  const other = await serve(folder);
  for (const base of [`${other.url}prefix/`, `${fileUrl(folder)}/prefix/`]) {
    const seen = await look(browser, { base });
    const newest = fs.readlinkSync(path.join(SITE, 'latest'));
    for (const tail of ['/index.html', `${REPORT}#view=icicle`]) {
      await seen.page.goto(`${base}latest${tail}`);
      await seen.page.waitForURL(base + newest + tail);
    }
    await seen.page.click('.site a');
    assert.equal(seen.page.url(), `${base}index.html`);
    assert.deepEqual(seen.problems, []);
    await seen.close();
  }
  await other.close();
  fs.rmSync(folder, { recursive: true });
});

for (const width of [WIDTHS.phone, WIDTHS.desktop])
  test(`${width} px: nothing overlaps or is too small for a finger, in any theme`, () => from(
    width === WIDTHS.phone ? fileUrl(SITE, '/') : server.url, async (page, base) => {
    for (const name of [`${DAY(19)}${AUDIT}`, 'index.html', 'services/orders/index.html'])
      for (const wanted of ['light', 'dark']) {
        await page.goto(base + name);
        await page.click(`.theme [value="${wanted}"]`);
        assert.deepEqual(await axe(page), [], `${name} ${wanted}`);
        await page.click('#jump summary');
        assert.deepEqual(await axe(page), [], `${name} ${wanted}, services`);
        await shot(page, `chrome.${name.replace(/\W+/g, '-')}.${width}.${wanted}`);
        if (width === WIDTHS.phone) {
          const low = await page.evaluate(() => [...document.querySelectorAll('.top a, .top summary, .theme button')]
            .filter((e) => !e.closest('.skip') && e.getClientRects().length && e.getBoundingClientRect().height < 40)
            .map((e) => e.outerHTML));
          assert.deepEqual(low, []);
        }
        assert.deepEqual(await overflow(page, [320, width]), []);
      }
  }, { width }));
