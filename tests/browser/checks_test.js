// The checks themselves: pages that are broken on purpose must be seen to be.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { open, serve, look, fileUrl } = require('./browser.js');
const { filesOf, overflow, axe, anatomy, deadLinks } = require('./checks.js');

const POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src \'self\'"/>';

function pageOf(body, head = '') {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"/>${head}<title>x</title></head>` +
    `<body><main><h1>x</h1>${body}</main></body></html>`;
}

// What is wrong → what must be said of it while the page loads.
const LOADING = {
  'an inline script that the policy blocks': [pageOf('<script>1</script>', POLICY), /console error.*script/],
  'an inline style that the policy blocks': [pageOf('<p style="color:red">x</p>', POLICY), /console error.*style/],
  'an inline handler that the policy blocks': [pageOf('<p onclick="1">x</p>', POLICY), /console error.*handler/],
  'a missing picture': [pageOf('<img src="none.png" alt="x"/>'), /404: .*none\.png/],
  'a missing object': [pageOf('<object data="none.svg" type="image/svg+xml" aria-label="x"></object>'), /404: .*none\.svg/],
  'a request to elsewhere': [pageOf('<img src="http://127.0.0.1:9/x.png" alt="x"/>'), /asks elsewhere: http:\/\/127\.0\.0\.1:9/],
  'a dialog': [pageOf('<img src="data:," alt="x" onerror="alert(1)"/>'), /a dialog: 1/],
  'a dialog of a picture in the page': [pageOf('<object data="alert.svg" type="image/svg+xml" aria-label="x"></object>'), /a dialog: 2/],
  'an error': [pageOf('<script>nothing.here</script>'), /error: ReferenceError/],
  'a rejected promise': [pageOf('<script>Promise.reject(new Error("no"))</script>'), /error: Error: no/],
  'a warning': [pageOf('<script>console.warn("hm")</script>'), /console warning: hm/],
  'a new window': [pageOf('<script>open("about:blank")</script>'), /a new window/],
  'XML that is not well-formed': ['<svg xmlns="http://www.w3.org/2000/svg"><g></svg>', null, 'svg'],
};

const LINKS = {
  'a link to nothing': ['<a href="none.html">x</a>', /leads to nothing: none\.html/],
  'a link to a folder': ['<a href="folder">x</a>', /leads to nothing: folder/],
  'a link out of the site': ['<a href="../../etc/passwd">x</a>', /leads to nothing/],
  'a link to elsewhere': ['<a href="https://example.org/">x</a>', /leads elsewhere/],
  'a link with a scheme of its own': ['<a href="javascript:alert(1)">x</a>', /leads elsewhere/],
  'a link to no place of this page': ['<a href="#none">x</a>', /no such place: #none/],
  'a link to no place of another page': ['<a href="good.html#none">x</a>', /no such place: good\.html#none/],
  'a picture that is missing': ['<img srcset="none.png 1x, none2.png 2x" alt="x"/>', /leads to nothing: none2\.png/],
  'an id twice': ['<p id="a"></p><p id="a"></p>', /ids twice: a/],
};

let folder, browser, server;

test.before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-checks-'));
  fs.mkdirSync(path.join(folder, 'folder'));
  fs.writeFileSync(path.join(folder, 'alert.svg'), '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(2)</script></svg>');
  fs.writeFileSync(path.join(folder, 'good.html'), pageOf('<p id="there">x</p><a href="#there">x</a>', POLICY));
  browser = await open();
  server = await serve(folder);
});
test.after(async () => {
  await browser.close();
  await server.close();
  fs.rmSync(folder, { recursive: true });
});

// Writes a page, loads it, and lets `visit` say something, too.
async function problemsOf(text, visit = async () => [], { ending = 'html', reader = {} } = {}) {
  const seen = await look(browser, { base: server.url, ...reader });
  fs.writeFileSync(path.join(folder, `bad.${ending}`), text);
  await seen.page.goto(`${server.url}bad.${ending}`, { waitUntil: 'load' });
  await seen.page.waitForTimeout(50);
  seen.problems.push(...(await visit(seen.page)));
  await seen.close();
  return seen.problems;
}

const says = (problems, what) => assert.match(problems.join('\n'), what);

for (const [what, [text, said, ending]] of Object.entries(LOADING)) {
  test(`is noticed: ${what}`, async () => {
    if (said) says(await problemsOf(text, undefined, { ending }), said);
    // a browser shows an error of XML in the page, and says nothing
    else says(await problemsOf(text, async (page) => [await page.evaluate(() => document.documentElement.textContent)], { ending }), /error/);
  });
}

for (const [what, [body, said]] of Object.entries(LINKS)) {
  test(`is noticed: ${what}`, async () => {
    const seen = await look(browser);
    fs.writeFileSync(path.join(folder, 'bad.html'), pageOf(body));
    const anatomies = {};
    for (const name of filesOf(folder).filter((file) => file.endsWith('.html'))) {
      await seen.page.goto(fileUrl(folder, name));
      anatomies[name] = await anatomy(seen.page);
    }
    await seen.close();
    says(deadLinks(folder, anatomies), said);
    assert.equal(deadLinks(folder, anatomies).filter((problem) => problem.startsWith('good.html')).length, 0);
  });
}

test('is noticed: low contrast, in the theme that has it', async () => {
  const style = '<style>body { background: #fff; color: #000 } ' +
    '@media (prefers-color-scheme: dark) { body { color: #ccc } }</style>';
  assert.deepEqual(await problemsOf(pageOf('<p>words</p>', style), axe), []);
  says(await problemsOf(pageOf('<p>words</p>', style), axe, { reader: { dark: true } }), /axe color-contrast/);
});

test('is noticed: a picture without words', async () => {
  says(await problemsOf(pageOf('<img src="data:,"/>'), axe), /axe image-alt/);
});

test('is noticed: too wide for a phone', async () => {
  const body = '<p>words</p><div class="wide">x</div>';
  const style = '<style>.wide { width: 500px }</style>';
  const at = (...widths) => (page) => overflow(page, widths);
  says(await problemsOf(pageOf(body, style), at(390)), /at 390 px the page is \d+ px because of <div class="wide">/);
  assert.deepEqual(await problemsOf(pageOf(body, style), at(640)), []);
});

test('nothing is said of a page that is fine', async () => {
  const text = fs.readFileSync(path.join(folder, 'good.html'), 'utf8');
  assert.deepEqual(await problemsOf(text, axe), []);
  assert.deepEqual(await problemsOf(text, undefined, { reader: { scripts: false } }), []);
});
