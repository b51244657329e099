// What every browser test starts from: a browser that notices everything, and a server for folders.
//
//     const browser = await open();
//     const server = await serve(folder);                   // or file:// through fileUrl(path)
//     const seen = await look(browser, { base: server.url, width: 390, dark: true, scripts: false });
//     await seen.page.goto(server.url + 'index.html');
//     assert.deepEqual(seen.problems, []);
//     await shot(seen.page, 'index.phone');                 // build/browser/index.phone.png
//
// `problems` collects, as sentences: messages of the console that are errors or warnings (a blocked inline script is
// one), uncaught errors, requests that fail or leave `base`, dialogs, new windows.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');

const WORK = process.env.FP_BROWSER_DIR || '.';
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.json': 'application/json',
};
// A picture taller than this tells a person nothing more.
const SHOT_HEIGHT = 5000;

const WIDTHS = { desktop: 1280, phone: 390 };

function open() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--disable-quic', '--disable-gpu', '--disable-component-update', '--disable-sync'],
  });
}

function fileUrl(...parts) {
  return pathToFileURL(path.join(...parts)).href;
}

// Serves `folder` on the loopback as any simple server does; `headers` go with every reply.
async function serve(folder, headers = {}) {
  const root = fs.realpathSync(folder);
  const server = http.createServer((request, reply) => {
    let name = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    if (name.endsWith('/')) name += 'index.html';
    if (name === '/favicon.ico') { // asked for by the browser itself, for a picture that is opened alone
      reply.writeHead(204).end();
      return;
    }
    const file = path.join(root, name);
    fs.readFile(file, (error, bytes) => {
      if (error || !file.startsWith(root)) {
        reply.writeHead(404).end();
        return;
      }
      const type = TYPES[path.extname(file)] || 'application/octet-stream';
      reply.writeHead(200, { 'Content-Type': type, ...headers }).end(bytes);
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref(); // a test that failed does not close it
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}

// A fresh context with one page, and what it complains about.
async function look(browser, { base, width = WIDTHS.desktop, height = 800, dark = false, scripts = true } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: scripts,
    acceptDownloads: false,
  });
  context.setDefaultTimeout(+process.env.FP_BROWSER_TIMEOUT || 120000); // other tests may have the machine
  const page = await context.newPage();
  const problems = [];
  const say = (what) => problems.push(`${page.url()}: ${what}`);

  context.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type())) say(`console ${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => say(`error: ${error.error()}`));
  context.on('page', (other) => { say(`a new window: ${other.url()}`); other.close(); });
  context.on('request', (request) => {
    if (base && !request.url().startsWith(base)) say(`asks elsewhere: ${request.url()}`);
  });
  context.on('requestfailed', (request) => {
    const why = request.failure().errorText;
    // what a page was still loading when the reader went on, or closed it, is nobody's failure
    if (why !== 'net::ERR_ABORTED') say(`failed: ${request.url()}: ${why}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) say(`${response.status()}: ${response.url()}`);
  });
  page.on('dialog', (dialog) => { say(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  return { context, page, problems, close: () => context.close() };
}

// Keeps what the page looks like, down to a sensible height; of a picture that is opened alone, what the window shows
// (Playwright waits for ever when it is asked for more).
async function shot(page, name) {
  const file = path.join(WORK, `${name}.png`);
  const size = await page.evaluate(() => {
    const e = document.documentElement;
    return document.body && { width: innerWidth, height: Math.max(e.scrollHeight, e.clientHeight) };
  });
  await page.screenshot(size ? {
    path: file,
    fullPage: true,
    animations: 'disabled',
    clip: { x: 0, y: 0, width: size.width, height: Math.min(size.height, SHOT_HEIGHT) },
  } : { path: file });
}

module.exports = { open, serve, look, shot, fileUrl, WIDTHS };
