// The flame graph as a file of its own: zoom, search, keys, and nothing of it where scripts are not run.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { open, serve, look, shot, fileUrl } = require('./browser.js');
const { axe } = require('./checks.js');

const SCRIPT = fs.readFileSync(path.join(__dirname, '..', '..', 'assets', 'flame_svg.js'));
// Right edge of the graph: the picture is 1200 px wide, with margins of 10.
const LEFT = 10, WIDTH = 1180;

// Recursion, a name in two places, narrow frames, kinds, and two words in one stack.
const FOLDED = {
  'main;serve;parse;json': 400,
  'main;serve;parse;json;json;[k] copy_from_user': 100,
  'main;serve;render;[l] memcpy': 150,
  'main;serve;render;a::very::long::name::of::a::function::that::does::not::fit::anywhere::at::all<T>': 49,
  'main;serve;\u4e2d\u6587\u51fd\u6570\u540d\u5b57\u5f88\u957f\u5f88\u957f;[unknown] 0x1234': 30,
  'main;idle;parse': 200,
  'main;idle': 70,
  'main;[k] copy_from_user': 1,
};
const TOTAL = Object.values(FOLDED).reduce((a, b) => a + b);

// The share of the stacks with a frame that matches, from the input: each counts once.
function shareOf(matches) {
  const sum = Object.entries(FOLDED).filter(([stack]) => stack.split(';').some(matches)).reduce((a, [, v]) => a + v, 0);
  return `${(100 * sum / TOTAL).toPrecision(3)} %`;
}

let folder, browser, server;

function render(name, stacks, ...options) {
  const input = path.join(folder, `${name}.folded`), out = path.join(folder, name);
  fs.writeFileSync(input, Object.entries(stacks).map(([stack, value]) => `${stack} ${value}\n`).join(''));
  execFileSync(process.env.FLAMEPRESS, ['render', input, '-o', out, '--service', 'svc', ...options]);
  return path.join(out, 'flamegraph.svg');
}

test.before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'flamepress-svg-'));
  for (const [name, ...options] of [
    ['flame'], ['icicle', '--icicle'], ['plain', '--no-interactive'], ['pruned', '--min-width', '40'],
  ]) render(name, FOLDED, ...options);
  browser = await open();
  server = await serve(folder);
});
test.after(async () => {
  await browser.close();
  await server.close();
  fs.rmSync(folder, { recursive: true });
});

// Opens a picture by file://, calls `visit` with the page, and wants no complaint.
async function inPicture(name, visit, { url, ...reader } = {}) {
  const seen = await look(browser, reader);
  try {
    await seen.page.goto(url || fileUrl(folder, name, 'flamegraph.svg'));
    await visit(seen.page);
  } finally {
    await seen.close();
  }
  assert.deepEqual(seen.problems, []);
}

// What there is to see: for each box that is drawn its name, left edge, width and label.
const boxes = (page) => page.evaluate(() => [...document.querySelectorAll('[data-frame]')]
  .filter((g) => g.getAttribute('display') !== 'none')
  .map((g) => {
    const rect = g.querySelector('rect'), text = g.querySelector('text');
    return {
      name: g.firstChild.textContent.split('\n')[0], x: +rect.getAttribute('x'), width: +rect.getAttribute('width'),
      label: text ? text.textContent : '', fill: rect.getAttribute('fill'), pale: rect.getAttribute('fill-opacity') === '0.5',
    };
  }));
const named = (list, name) => list.filter((box) => box.name === name);
const box = (page, name, nth = 0) => page.locator(`xpath=//*[@data-frame][starts-with(*[local-name()="title"], "${name}\n")]`).nth(nth);
const status = (page) => page.locator('output').textContent();
const matchedFill = (list) => list.filter((b) => b.fill === '#ff80ff').map((b) => b.name).sort();
// Nothing has the focus: null, for a picture has no body.
const focused = (page) => page.evaluate(() => document.activeElement && document.activeElement.textContent.split('\n')[0]);

test('a click zooms: the frame takes the width, its ancestors stay pale, the rest is gone', async () => {
  await inPicture('flame', async (page) => {
    const before = await boxes(page);
    await box(page, 'render').click();
    const after = await boxes(page);
    assert.deepEqual(after.map((b) => b.name).sort(), [
      '[l] memcpy', Object.keys(FOLDED)[3].split(';')[3], 'main', 'render', 'serve', 'svc'].sort());
    for (const name of ['svc', 'main', 'serve', 'render'])
      assert.deepEqual([named(after, name)[0].x, named(after, name)[0].width, named(after, name)[0].pale], [LEFT, WIDTH - 0.5, name !== 'render']);
    // children stand in order, in exact proportion: 49 and 150 of 199
    const [long] = after.filter((b) => b.name.startsWith('a::')), [copy] = named(after, '[l] memcpy');
    const first = long.x < copy.x ? long : copy, second = long.x < copy.x ? copy : long;
    assert.equal(first.x, LEFT);
    assert.ok(Math.abs(first.width + 0.5 - WIDTH * (first === long ? 49 : 150) / 199) < 0.011);
    assert.ok(Math.abs(second.x - (first.x + first.width + 0.5)) < 0.011);
    // labels have grown with their boxes
    assert.equal(copy.label, 'memcpy');
    assert.equal(long.label, 'does::not::fit::anywhere::at::all<T>'); // the longest end that fits
    await shot(page, 'svg.zoomed');
    await page.getByText('Reset zoom').click();
    assert.deepEqual(await boxes(page), before);
  });
});

test('labels fit their boxes, wide characters too', async () => {
  await inPicture('flame', async (page) => {
    const cut = await page.evaluate(() => {
      const bad = [];
      for (const g of document.querySelectorAll('[data-frame]')) {
        g.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        for (const other of document.querySelectorAll('[data-frame]')) {
          const rect = other.querySelector('rect'), text = other.querySelector('text');
          if (other.getAttribute('display') === 'none' || !text || !text.textContent) continue;
          if (text.getComputedTextLength() > +rect.getAttribute('width')) bad.push(text.textContent);
        }
      }
      return bad;
    });
    assert.deepEqual(cut, []);
  });
});

test('clicking an ancestor goes back to it, clicking the root shows all', async () => {
  await inPicture('flame', async (page) => {
    const before = await boxes(page);
    await box(page, 'render').click();
    await box(page, 'serve').click();
    assert.deepEqual(named(await boxes(page), 'serve').map((b) => [b.x, b.width, b.pale]), [[LEFT, WIDTH - 0.5, false]]);
    assert.equal(named(await boxes(page), 'idle').length, 0);
    await box(page, 'svc').click();
    assert.deepEqual(await boxes(page), before);
    assert.equal(await page.getByText('Reset zoom').isVisible(), false);
  });
});

test('search: the matched share is that of the input, each stack once', async () => {
  const searches = {
    parse: (name) => name.includes('parse'),
    JSON: (name) => name.includes('json'), // recursion, and capitals
    '[k] copy': (name) => name.startsWith('[k] copy'), // literal
    'serve': (name) => name === 'serve',
    're:^(parse|render)$': (name) => /^(parse|render)$/.test(name),
    're:PARSE|serve': (name) => /parse|serve/.test(name), // one above the other
    '<T>': (name) => name.includes('<T>'),
    '\u51fd\u6570': (name) => name.includes('\u51fd'),
    'nowhere': () => false,
    're:.': () => true,
  };
  await inPicture('flame', async (page) => {
    for (const [query, matches] of Object.entries(searches)) {
      await page.keyboard.press('/');
      await page.locator('input').fill(query);
      assert.equal(await status(page), `Matched ${query === 're:.' ? '100 %' : shareOf(matches)}`, query);
      const marked = matchedFill(await boxes(page));
      assert.deepEqual([...new Set(marked)].filter((name) => name !== 'svc' && !matches(name)), [], query);
      assert.equal(marked.length > 0, query !== 'nowhere', query);
      await page.keyboard.press('Escape');
      assert.equal(await status(page), '');
      assert.deepEqual(matchedFill(await boxes(page)), []);
      await page.evaluate(() => document.activeElement && document.activeElement.blur());
    }
    assert.equal(new URL(page.url()).hash, '');
  });
});

test('search: what is no expression is said, and matches nothing', async () => {
  await inPicture('flame', async (page) => {
    await page.locator('input').fill('re:(');
    assert.equal(await status(page), 'Not a regular expression');
    assert.equal(await page.locator('input').getAttribute('aria-invalid'), 'true');
    assert.deepEqual(matchedFill(await boxes(page)), []);
    await page.locator('input').fill('re:(a)');
    assert.equal(await page.locator('input').getAttribute('aria-invalid'), 'false');
    await shot(page, 'svg.searched');
  });
});

test('search: frames that are not drawn are spoken of', async () => {
  await inPicture('pruned', async (page) => {
    await page.locator('input').fill('parse');
    assert.match(await status(page), /^Matched at least 70\.0 %; \d+ frames are not drawn$/);
  });
});

test('Control-F searches; Enter and n and p go through what was found, out of the zoom if need be', async () => {
  await inPicture('flame', async (page) => {
    await box(page, 'render').click();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('parse');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), 'parse');
    assert.equal(await page.getByText('Reset zoom').isVisible(), false);
    const first = await page.evaluate(() => document.activeElement.dataset.frame);
    await page.keyboard.press('n');
    assert.equal(await focused(page), 'parse');
    assert.notEqual(await page.evaluate(() => document.activeElement.dataset.frame), first);
    await page.keyboard.press('p');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.frame), first);
  });
});

for (const [name, up, down] of [['flame', 'ArrowUp', 'ArrowDown'], ['icicle', 'ArrowDown', 'ArrowUp']]) {
  test(`keys in a ${name} graph`, async () => {
    await inPicture(name, async (page) => {
      await page.keyboard.press('Tab'); // the search
      assert.equal(await page.evaluate(() => document.activeElement.localName), 'input');
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'svc');
      await page.keyboard.press(up);
      assert.equal(await focused(page), 'main');
      await page.keyboard.press(up);
      assert.equal(await focused(page), '[k] copy_from_user');
      await page.keyboard.press('ArrowRight');
      assert.equal(await focused(page), 'idle');
      await page.keyboard.press('ArrowRight');
      assert.equal(await focused(page), 'serve');
      await page.keyboard.press('ArrowRight'); // nothing there
      assert.equal(await focused(page), 'serve');
      assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')),
        /^serve\n729 samples, 72\.9 % of 1,000 samples; self 0 samples$/);
      assert.equal(await page.locator('[data-details]').textContent(),
        'serve \u00b7 729 samples, 72.9 % of 1,000 samples; self 0 samples');
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'button');
      assert.equal(await page.locator('[data-frame][tabindex]').count(), 1);
      await shot(page, `svg.focus.${name}`);
      await page.keyboard.press('Enter');
      assert.equal(named(await boxes(page), 'idle').length, 0);
      assert.equal(named(await boxes(page), 'serve')[0].width, WIDTH - 0.5);
      await page.keyboard.press(down);
      assert.equal(await focused(page), 'main');
      await page.keyboard.press('Home');
      assert.equal(await focused(page), 'svc');
      await page.keyboard.press('Escape');
      assert.equal(named(await boxes(page), 'idle').length, 1);
      await page.keyboard.press(up);
      await page.keyboard.press(' ');
      assert.equal(await page.getByText('Reset zoom').isVisible(), true);
    });
  });
}

test('the focus is seen: a ring on the frame, and only on it', async () => {
  await inPicture('flame', async (page) => {
    const ring = page.locator('rect[stroke="#000"]');
    assert.equal(await ring.getAttribute('display'), 'none');
    await box(page, 'idle').click();
    assert.equal(await ring.getAttribute('display'), 'inline');
    await page.getByText('Reset zoom').click();
    assert.equal(await ring.getAttribute('display'), 'none');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'idle'); // the frame that was last gone to
    assert.equal(await ring.getAttribute('display'), 'inline');
    const [frame] = named(await boxes(page), 'idle');
    assert.ok(Math.abs(+(await ring.getAttribute('x')) - 1 - frame.x) < 0.01);
    assert.ok(Math.abs(+(await ring.getAttribute('width')) + 2 - frame.width) < 0.01);
    await page.keyboard.press('Enter');
    assert.equal(+(await ring.getAttribute('width')), WIDTH - 2.5);
  });
});

test('the address keeps the view: reload, back, a link to a frame, a link to none', async () => {
  await inPicture('flame', async (page) => {
    const plain = page.url();
    const id = (await box(page, 'render').getAttribute('data-frame')).split(' ')[0];
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await box(page, 'render').click();
    await page.locator('input').fill('memcpy & 100 %');
    const hash = new URLSearchParams(await page.evaluate(() => location.hash.slice(1)));
    assert.deepEqual([hash.get('node'), hash.get('q')], [id, 'memcpy & 100 %']);
    const zoomed = await boxes(page);
    await page.reload();
    assert.deepEqual(await boxes(page), zoomed);
    assert.equal(await page.locator('input').evaluate((e) => e.value), 'memcpy & 100 %');
    await page.locator('input').fill('');
    await page.evaluate(() => document.activeElement.blur());
    await box(page, 'main').click();
    await page.goBack();
    assert.equal(named(await boxes(page), 'render')[0].width, WIDTH - 0.5);
    await page.goto(`${plain}#node=${id}`);
    assert.equal(named(await boxes(page), 'idle').length, 0);
    await page.goto(`${plain}#node=00000000-0000-5000-8000-000000000000`);
    assert.equal(named(await boxes(page), 'idle').length, 1);
    assert.equal(await status(page), 'The frame of this address is not drawn');
  });
});

test('the id of a frame is that of every other page: UUIDv5 of its path', async () => {
  const oid = Buffer.from('6ba7b8129dad11d180b400c04fd430c8', 'hex');
  const digest = createHash('sha1').update(oid).update('main;serve;render').digest().subarray(0, 16);
  digest[6] = digest[6] & 0x0f | 0x50;
  digest[8] = digest[8] & 0x3f | 0x80;
  const id = digest.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  await inPicture('flame', async (page) => {
    assert.equal((await box(page, 'render').getAttribute('data-frame')).split(' ')[0], id);
  });
});

// ---- where scripts are not run ----

const untouched = async (page) => {
  assert.equal(await page.locator('foreignObject').count(), 0);
  assert.equal(await page.locator('svg').first().getAttribute('role'), 'img');
};

test('without scripts it is the picture, tooltips and all', async () => {
  await inPicture('flame', async (page) => {
    await untouched(page);
    assert.equal(named(await boxes(page), 'serve').length, 1);
    await shot(page, 'svg.plain');
  }, { scripts: false });
});

test('in an <img> it is the picture', async () => {
  const html = path.join(folder, 'img.html');
  fs.writeFileSync(html, '<!DOCTYPE html><title>x</title><style>body { margin: 0 }</style>' +
    '<img id="a" src="flame/flamegraph.svg"><img id="b" src="plain/flamegraph.svg">');
  await inPicture('', async (page) => {
    const [a, b] = [await page.locator('#a').screenshot(), await page.locator('#b').screenshot()];
    assert.ok(a.equals(b), 'with the script and without: the same pixels');
    await page.locator('#a').click({ position: { x: 300, y: 100 } });
    assert.ok(a.equals(await page.locator('#a').screenshot()));
  }, { url: fileUrl(html) });
});

test('a policy without scripts leaves the picture, one with its hash lets it work in every picture', async () => {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  const strict = await serve(folder, { 'Content-Security-Policy': "default-src 'none'" });
  const allowed = await serve(folder, { 'Content-Security-Policy': `default-src 'none'; script-src 'sha256-${hash}'` });
  const seen = await look(browser);
  await seen.page.goto(`${strict.url}flame/flamegraph.svg`);
  await untouched(seen.page);
  assert.match(seen.problems.join('\n'), /script/);
  await seen.close();
  for (const name of ['flame', 'icicle', 'pruned'])
    await inPicture(name, async (page) => {
      await box(page, 'serve').click();
      assert.equal(named(await boxes(page), 'idle').length, 0);
      assert.equal(await page.getByText('Reset zoom').evaluate((e) => getComputedStyle(e).fontSize), '12px'); // styled, too
    }, { url: `${allowed.url}${name}/flamegraph.svg` });
  await strict.close();
  await allowed.close();
});

test('--no-interactive: no script, nothing for one', () => {
  const plain = fs.readFileSync(path.join(folder, 'plain', 'flamegraph.svg'), 'utf8');
  const flame = fs.readFileSync(path.join(folder, 'flame', 'flamegraph.svg'), 'utf8');
  assert.doesNotMatch(plain, /<script|data-|CDATA/);
  assert.equal(flame.split('<script>').length, 2);
  // what is left of it without its script and data is the plain one, byte by byte
  const left = flame.replace(/<script><!\[CDATA\[[^]*\]\]><\/script>\n/, '').replace(/ data-\w+="[^"]*"/g, '');
  assert.equal(left, plain);
});

// ---- a difference of two profiles ----

test('a difference: both panels zoom to the frame that both show, and are searched apart', async () => {
  const out = path.join(folder, 'difference');
  fs.mkdirSync(out);
  // main: [unknown] 200, kept 300, young 500 of 1000; gone below it: old 100 of 630, of which [k] deep 30
  execFileSync(process.env.FP_TEST_SVG, [path.join(out, 'flamegraph.svg')]);
  await inPicture('difference', async (page) => {
    const before = await boxes(page);
    await box(page, 'young').click();
    let after = await boxes(page);
    assert.equal(named(after, 'young')[0].width, WIDTH - 0.5);
    assert.equal(named(after, 'kept').length, 1); // of the panel below, which has no young
    assert.equal(named(after, 'old')[0].width, named(before, 'old')[0].width);
    await box(page, 'old').click();
    after = await boxes(page);
    assert.equal(named(after, 'old')[0].width, WIDTH - 0.5);
    assert.equal(named(after, 'young')[0].width, named(before, 'young')[0].width);
    await box(page, 'main', 1).click();
    assert.deepEqual(named(await boxes(page), 'main').map((b) => b.width), [WIDTH - 0.5, WIDTH - 0.5]);
    await page.locator('input').fill('kept');
    assert.equal(await status(page), `Matched 30.0 % above, ${(100 * 70 / 630).toPrecision(3)} % below`);
    await shot(page, 'svg.difference');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    assert.deepEqual(await boxes(page), before);
    assert.deepEqual(await axe(page), []);
  });
});

// ---- in the page of the report ----

// The page's own graph takes the place of flamegraph.svg there; the difference stays a picture.
test('in the page of the report it works, and "back" stays the page\'s', async () => {
  render('compared', FOLDED, '--baseline', path.join(folder, 'flame.folded'));
  for (const base of [server.url, fileUrl(folder, '/')]) {
    const seen = await look(browser, { base });
    await seen.page.goto(`${base}compared/index.html`);
    const frame = seen.page.frames().find((f) => f.url().includes('diff.svg'));
    const length = await seen.page.evaluate(() => history.length);
    await box(frame, 'render').click();
    assert.equal(named(await boxes(frame), 'idle').length, 0);
    assert.equal(await seen.page.evaluate(() => history.length), length);
    await shot(seen.page, 'svg.in-page');
    await seen.close();
    assert.deepEqual(seen.problems, []);
  }
});

// ---- readers of all sorts ----

test('axe has nothing to say, before and after', async () => {
  await inPicture('flame', async (page) => {
    assert.deepEqual(await axe(page), []);
    await box(page, 'serve').click();
    await page.locator('input').fill('parse');
    await page.keyboard.press('Enter');
    assert.deepEqual(await axe(page), []);
  });
});

test('hostile names: found, zoomed to, told, and never more than text', async () => {
  const names = ['</script><script>alert(1)</script>', ']]><script>alert(2)</script>', '<img src=x onerror=alert(3)>',
    "javascript:alert(4)", '$& $1 ${x} {{name}}', '\u202etxt.exe', '"\'`><&amp;', 're:', '\u{1f525}\u{1f468}\u200d\u{1f469}',
    'e\u0301'.repeat(3000), 'x'.repeat(60000), '\u0301'.repeat(2000)];
  const stacks = Object.fromEntries(names.map((name) => [`${name.replace(/;/g, '')};leaf`, 10]));
  render('hostile', stacks);
  await inPicture('hostile', async (page) => {
    const all = await page.locator('[data-frame]').count();
    assert.equal(all, 1 + 2 * names.length);
    for (let n = 0; n < all; n++) {
      await page.locator('[data-frame]').nth(n).evaluate((g) => g.dispatchEvent(new MouseEvent('click', { bubbles: true })));
      await page.keyboard.press('Enter');
    }
    await page.keyboard.press('Escape');
    await box(page, '\ufffdtxt.exe').click();
    const [label, name] = await page.evaluate(() => [
      document.activeElement.querySelector('text').textContent, document.activeElement.getAttribute('aria-label')]);
    assert.equal(label, '\ufffdtxt.exe');
    assert.ok(name.startsWith(`${label}\n`), 'what is seen and what is spoken agree');
    await page.keyboard.press('Escape');
    for (const name of ['</script>', ']]>', '$&', '"\'`><&amp', '\u{1f525}', '\ufffdtxt.exe']) {
      await page.locator('input').fill(name);
      assert.match(await status(page), /^Matched (8|16)\.\d+ %$/, name);
    }
    await page.reload();
    await shot(page, 'svg.hostile');
    assert.equal(await page.locator('script').count(), 1);
  });
});

// ---- large ones ----

test('100,000 boxes', async () => {
  const stacks = {};
  for (let i = 0; i < 90000; i++)
    stacks[`f${i % 10};module${i % 100}::function${i % 1000};some::namespace::name${i % 5000};leaf_function_${i}`] = 1 + i % 3;
  const began = Date.now();
  const file = render('large', stacks, '--min-width', '0');
  const drawn = Date.now();
  await inPicture('large', async (page) => {
    const time = (act) => page.evaluate(async (act) => {
      const began = performance.now();
      const frames = document.querySelectorAll('[data-frame]'), input = document.querySelector('input');
      if (act === 'zoom') frames[2].dispatchEvent(new MouseEvent('click', { bubbles: true }));
      if (act === 'search') { input.value = 'leaf_function_12'; input.dispatchEvent(new Event('input')); }
      if (act === 'reset') document.querySelector('button').click();
      const done = performance.now();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return `${(done - began).toFixed(0)} ms + ${(performance.now() - done).toFixed(0)} ms to paint`;
    }, act);
    const count = await page.locator('[data-frame]').count();
    console.log(`# ${count} boxes, ${fs.statSync(file).size} bytes; rendered in ${drawn - began} ms, opened in ${Date.now() - drawn} ms`);
    console.log(`# zoom ${await time('zoom')}; search ${await time('search')}; reset ${await time('reset')}`);
    assert.ok(count > 95000 && count < 200000);
  });
});
