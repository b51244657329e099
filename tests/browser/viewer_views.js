// The graph in the page: its views, switches, colours and details.
'use strict';

const test = require('node:test');
const assert = require('node:assert/strict');
const { shot } = require('./browser.js');
const { ROW, STACKS, HOSTILE, BEFORE, AFTER, sum, percent, bare, grouped, drawn, inReport, graph, found, told, hash, crumbs,
  chosen, stack, fact, boxes, named, width, click, key, search, pick, simplify, pixel } = require('./reader.js');

/* ---- views ---- */

test('icicle, and by size: the largest first; the link has both', async () => {
  await inReport('plain', async (page) => {
    const order = async () => (await boxes(page)).filter((box) => ['serve', 'idle'].includes(box.name)).map((box) => box.name);
    assert.deepEqual(await order(), ['idle', 'serve']);
    await pick(page, 'order', 'size');
    assert.deepEqual(await order(), ['serve', 'idle']);
    await pick(page, 'view', 'icicle');
    const check = async () => {
      const all = await boxes(page);
      assert.equal(named(all, 'svc')[0].y, Math.min(...all.map((box) => box.y)));
      assert.deepEqual(await hash(page), { order: 'size', view: 'icicle' });
      assert.deepEqual(await order(), ['serve', 'idle']);
    };
    await check();
    await page.reload();
    await drawn(page);
    await check();
  });
});

test('leaf first: what each has for itself, below it its callers, as far as the reader goes', async () => {
  await inReport('plain', async (page) => {
    await pick(page, 'view', 'leaf');
    const total = sum(STACKS, AFTER), self = (name) => sum(STACKS, AFTER, (frames) => bare(frames.at(-1)) === name);
    const all = await boxes(page, 2), whole = await width(page), rows = [...new Set(all.map((box) => box.y))];
    const leaves = all.filter((box) => box.y === rows[1]);
    assert.deepEqual(leaves.map((box) => box.name).sort(),
      [...new Set(Object.keys(STACKS).filter((s) => STACKS[s][AFTER]).map((s) => bare(s.split(';').at(-1))))].sort());
    assert.deepEqual([await page.locator('#viewer-order').inputValue(), await hash(page)], ['size', { view: 'leaf' }]);
    assert.equal([...leaves].sort((a, b) => a.x - b.x)[0].name, 'json', 'the largest first');
    for (const box of leaves) {
      assert.ok(Math.abs(box.width - whole * self(box.name) / total) < 4, box.name);
      assert.ok(box.tip.includes(percent(self(box.name), total)), box.tip);
    }
    const [json] = leaves.filter((box) => box.name === 'json');
    assert.deepEqual(all.filter((box) => box.y === rows[2] && box.x > json.x - 3 && box.x < json.x + json.width - 3)
      .map((box) => box.name), ['parse']);
    await click(page, 'json');
    assert.deepEqual(await crumbs(page), ['svc', 'json']);
    assert.ok(named(await boxes(page), 'json')[0].width > whole - 8);
    const before = await hash(page);
    await page.reload();
    await drawn(page);
    assert.deepEqual([await crumbs(page), await hash(page)], [['svc', 'json'], before]);
    await page.goBack();
    assert.deepEqual(await crumbs(page), []);
  });
});

test('sandwich: callers above, callees below, recursion once', async () => {
  await inReport('plain', async (page) => {
    await click(page, 'json');
    await page.getByRole('button', { name: 'Callers and callees', exact: true }).click();
    assert.deepEqual((await hash(page)).fn, 'json');
    assert.ok(await graph(page).evaluate((box) => box === document.activeElement), 'keys go to the graph');
    const { y: top } = await graph(page).boundingBox();
    assert.ok(top >= 0 && top < 400, `the graph is in view: ${top}`);
    const check = async () => {
      assert.equal(await chosen(page), 'json');
      const all = await boxes(page, 2), whole = await width(page), { y } = named(all, 'json').find((box) => box.width > whole - 8);
      const passes = (...next) => sum(STACKS, AFTER, (frames) =>
        next.every((name, i) => frames[frames.indexOf('json') + i] === name) && frames.includes('json'));
      const named_ = (offset) => all.filter((box) => Math.abs(box.y - y - offset * ROW) < 2)
        .map((box) => [box.name, Math.round(100 * box.width / whole)]);
      assert.deepEqual(named_(-1), [['parse', 100]]);
      assert.deepEqual(named_(-2), [['serve', 100]]);
      assert.deepEqual(named_(1), [['json', Math.round(100 * passes('json', 'json') / passes())]]);
      assert.deepEqual(named_(2), [['entry', Math.round(100 * passes('json', 'json') / passes())]]);
      assert.match(named(all, 'json')[0].tip, new RegExp(percent(passes(), sum(STACKS, AFTER))));
    };
    await check();
    await shot(page, 'viewer.sandwich');
    await page.reload();
    await drawn(page);
    await check();
    await click(page, 'parse'); // a click on a caller makes it the function
    assert.equal((await hash(page)).fn, 'parse');
    assert.equal((await boxes(page)).filter((box) => ['serve', 'idle'].includes(box.name)).length, 2);
    await page.goBack();
    await check();
  });
});

test('sandwich by the choice of views: of the selected frame, else of what is largest', async () => {
  await inReport('plain', async (page) => {
    await pick(page, 'view', 'sandwich');
    assert.deepEqual([(await hash(page)).fn, await chosen(page)], ['json', 'json']);
    await key(page, 'ArrowUp');
    assert.equal(await chosen(page), 'parse', 'from the function on');
    const row = async () => named(await boxes(page), 'json')[0];
    const edge = async ({ x, y }) => pixel(page, x - 1, y); // boxes() begins a pixel into the graph
    assert.notDeepEqual(await edge(await row()), await pixel(page, (await row()).x + 300, (await row()).y - ROW / 2 + 3), 'still marked');
    await pick(page, 'view', 'flame');
    await click(page, 'idle');
    await pick(page, 'view', 'sandwich');
    assert.deepEqual([(await hash(page)).fn, await chosen(page)], ['idle', 'idle']);
    await pick(page, 'view', 'leaf'); // where nothing is selected yet
    assert.deepEqual([(await hash(page)).fn, await chosen(page)], [undefined, null]);
    await pick(page, 'view', 'sandwich');
    assert.deepEqual([(await hash(page)).fn, await chosen(page)], ['idle', 'idle']);
    await pick(page, 'view', 'flame');
    assert.deepEqual([(await hash(page)).fn, (await crumbs(page)).at(-1)], [undefined, 'idle']);
  });
  await inReport('plain', async (page) => assert.equal(await chosen(page), 'json'), { hash: '#view=sandwich' });
});

test('switches leave out, the whole stays; the link has them', async () => {
  await inReport('plain', async (page) => {
    const total = sum(STACKS, AFTER);
    const rows = async () => new Set((await boxes(page)).map((box) => box.y)).size;
    await simplify(page, 'Hide kernel frames');
    const check = async () => {
      const all = await boxes(page);
      assert.deepEqual(named(all, 'entry'), []);
      assert.ok(named(all, 'svc')[0].tip.includes(`${grouped(total)} samples, 100 %`));
      assert.equal(await rows(), 6);
    };
    await check();
    assert.deepEqual(await hash(page), { on: 'hide_kernel' });
    await page.reload();
    await drawn(page);
    await check();
    assert.match(await page.locator('.viewer-note').textContent(), /Simplified: hide kernel frames/);
    await simplify(page, 'Join calls of a function to itself');
    assert.equal(await rows(), 5);
    await simplify(page, 'Hide library frames');
    assert.deepEqual(named(await boxes(page), 'memcpy'), []);
    await search(page, 'render'); // what it had handed to its caller
    assert.ok((await found(page)).includes(percent(sum(STACKS, AFTER, (f) => f.includes('render')), total)));
    await simplify(page, 'Hide kernel frames');
    assert.equal(named(await boxes(page), 'entry').length, 1);
  });
});

test('the menu closes on Escape, wherever the focus is, and on a click elsewhere', async () => {
  await inReport('plain', async (page) => {
    const open = () => page.$eval('.viewer-menu', (menu) => menu.open);
    const summary = page.locator('.viewer-menu summary');
    await click(page, 'serve');
    await summary.click();
    assert.equal(await open(), true);
    await key(page, 'Escape');
    assert.equal(await open(), false);
    assert.deepEqual(await crumbs(page), ['svc', 'main', 'serve'], 'and nothing else does');
    await summary.click();
    await page.getByLabel('Hide kernel frames').click();
    assert.equal(await open(), true, 'there may be more to choose');
    await page.keyboard.press('Escape');
    assert.deepEqual([await open(), await summary.evaluate((it) => it === document.activeElement)], [false, true]);
    await summary.click();
    await page.locator('.viewer-note').click();
    assert.equal(await open(), false);
  });
});

test('colours: by package and by change; the legend says which', async () => {
  await inReport('compared', async (page) => {
    const legend = () => page.locator('.viewer-legend').textContent();
    const colours = async () => {
      const all = await boxes(page), each = [];
      for (const name of ['fresh', 'render', 'entry']) {
        const { x, y } = named(all, name)[0];
        each.push(String(await pixel(page, x + 2, y - ROW / 2 + 3)));
      }
      return each;
    };
    const [byType, type] = [await colours(), await legend()];
    assert.match(type, /application.*library.*kernel/);
    await pick(page, 'colour', 'package');
    assert.match(await legend(), /no package/);
    assert.notDeepEqual(await colours(), byType);
    await pick(page, 'colour', 'change');
    assert.match(await legend(), /less.*more/);
    const [fresh, rendered] = (await colours()).map((colour) => colour.split(',').map(Number));
    assert.ok(fresh[0] > fresh[2], 'more is red');
    assert.ok(rendered[2] > rendered[0], 'less is blue');
    await pick(page, 'colour', 'type');
    assert.deepEqual([await colours(), await legend()], [byType, type]);
  });
  await inReport('compared', async (page) => { // what the control says is what the legend has
    const says = async () => [await page.locator('#viewer-colour').inputValue(), await page.locator('.viewer-legend').textContent()];
    const [change, changes] = await says();
    assert.equal(change, 'change');
    assert.match(changes, /less.*more/);
    await pick(page, 'colour', 'type');
    const [type, types] = await says();
    assert.equal(type, 'type');
    assert.match(types, /application.*library/);
    await page.reload();
    await drawn(page);
    assert.deepEqual(await says(), [type, types]);
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('#viewer-colour').value === 'change');
    assert.deepEqual(await says(), [change, changes]);
  }, { hash: '#side=difference' });
});

test('before, after, difference', async () => {
  await inReport('compared', async (page) => {
    const share = async (name) => {
      const [box] = named(await boxes(page, 2), name);
      return box ? box.width / await width(page) : 0;
    };
    const near = (a, b, why) => assert.ok(Math.abs(a - b) < 0.004, `${why}: ${a} ${b}`);
    const of = (side, name) => sum(STACKS, side, (f) => f.includes(name)) / sum(STACKS, side);
    for (const [choice, expected] of [['after', (name) => of(AFTER, name)], ['before', (name) => of(BEFORE, name)],
      ['difference', (name) => (of(AFTER, name) + of(BEFORE, name)) / 2]]) {
      await pick(page, 'side', choice);
      for (const name of ['fresh', 'stale', 'render', 'idle']) near(await share(name), expected(name), `${choice} ${name}`);
    }
    await page.reload();
    await drawn(page);
    assert.equal((await hash(page)).side, 'difference');
    near(await share('stale'), of(BEFORE, 'stale') / 2, 'after a reload');
    await shot(page, 'viewer.difference');
    await click(page, 'render');
    assert.match(await fact(page, 'Value'), new RegExp(`^150 samples, ${percent(150, 1000)}`));
    assert.match(await fact(page, 'Before'), new RegExp(`^250 samples, ${percent(250, 1000)}`));
    assert.match(await fact(page, 'Change'), /^\u2212100 samples, \u221240\.0 %; share \u221210\.0 points$/);
  });
  await inReport('plain', async (page) => assert.equal(await page.locator('#viewer-side').count(), 0, 'nothing to compare with'));
});

test('a frame that the shown side has not is said, and its caller shown; the other side has it', async () => {
  await inReport('compared', async (page) => {
    await click(page, 'fresh');
    await pick(page, 'side', 'before');
    assert.deepEqual(await crumbs(page), ['svc', 'main', 'serve']);
    assert.equal(await told(page), 'fresh is not in the profile before; its place is shown: serve.');
    await page.reload();
    await drawn(page);
    await page.getByText('fresh is not in the profile before').waitFor();
    await pick(page, 'side', 'after');
    assert.deepEqual([(await crumbs(page)).at(-1), await told(page)], ['fresh', '']);
  });
  await inReport('compared', async (page) => {
    assert.match(await page.locator('.viewer-note').textContent(), /^This function is not in the profile now\./);
  }, { hash: '#view=sandwich&fn=stale' });
});

/* ---- details ---- */

test('tooltip, details, and the stack as text', async () => {
  const lines = ['svc', 'main', 'serve', 'parse', 'json', 'json', '[k] entry'];
  await inReport('plain', async (page, seen) => {
    const [entry] = named(await boxes(page), 'entry');
    await page.mouse.move(entry.x + entry.width / 2, entry.y);
    const tip = page.locator('.viewer-tip');
    assert.equal(await tip.isVisible(), true);
    assert.match(await tip.textContent(), /^entry kernel.*100 samples, 10\.0 %/);
    await page.mouse.click(entry.x + entry.width / 2, entry.y);
    assert.equal(await fact(page, 'Type'), 'kernel');
    assert.deepEqual(await stack(page), lines);
    await seen.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy stack' }).click();
    await page.getByText('Copied.').waitFor();
    assert.deepEqual((await page.evaluate(() => navigator.clipboard.readText())).split('\n'), lines);
    await page.getByRole('button', { name: 'Copy name' }).click();
    await page.waitForFunction(async () => await navigator.clipboard.readText() === '[k] entry');
  });
  await inReport('plain', async (page) => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await click(page, 'entry');
    await page.getByRole('button', { name: 'Copy stack' }).click();
    await page.getByText('The browser did not allow copying; the text is selected.').waitFor();
    assert.deepEqual((await page.evaluate(() => String(getSelection()))).split('\n'), lines);
  }, { file: true });
});

test('names that want to be more are text, wherever they are shown', async () => {
  for (const file of [false, true])
    await inReport('hostile', async (page) => {
      for (const name of HOSTILE.map((text) => text.replace(/;/g, ','))) {
        await search(page, name);
        assert.match(await found(page), /^\d+ functions matching/, name);
        await page.getByRole('button', { name: 'Next match' }).click();
        await page.locator('.viewer-matches li button').first().click(); // its sandwich
        await page.goBack();
        await page.getByRole('button', { name: 'Next match' }).click();
        await key(page, 'Enter');
        assert.doesNotMatch(await page.locator('#viewer').textContent(), /[\u202a-\u202e\u2066-\u2069\ufffe\u0007]/);
        await key(page, 'Home');
      }
      await search(page, '');
      assert.equal(await page.locator('#viewer img, #viewer script, #viewer style').count(), 0);
      await boxes(page, 20); // all tooltips
      if (!file) await shot(page, 'viewer.hostile');
    }, { file });
});

test('in Chinese', async () => {
  await inReport('zh', async (page) => {
    await search(page, 'parse');
    assert.match(await found(page), /^匹配1 个函数：760/);
    assert.equal(await page.getByLabel('视图').inputValue(), 'flame');
    assert.doesNotMatch(await page.locator('.viewer-bar').innerText(), /[a-z]{3}/i);
  });
});

test('what the box cuts off is counted at its edges', async () => {
  await inReport('deep', async (page) => {
    const cues = () => page.$$eval('.viewer-cue:not([hidden])', (all) => all.map((cue) => cue.textContent));
    const scroll = () => graph(page).evaluate((box) => box.scrollTop);
    const { height } = await graph(page).boundingBox(), hidden = Math.round(81 - height / ROW);
    assert.ok(height > 0.84 * 800 && height <= 0.85 * 800, `as high as the window lets it be: ${height}`);
    assert.deepEqual(await cues(), [`↑ ${hidden} more rows above`]);
    await shot(page, 'viewer.deep');
    await graph(page).hover();
    await page.mouse.wheel(0, -5 * ROW); // goes through the shade
    await page.waitForFunction(() => document.querySelectorAll('.viewer-cue:not([hidden])').length === 2);
    await page.mouse.wheel(0, -100 * ROW);
    await page.waitForFunction(() => document.querySelector('.viewer-graph').scrollTop === 0);
    await page.waitForFunction(() => document.querySelectorAll('.viewer-cue:not([hidden])').length === 1);
    assert.deepEqual(await cues(), [`↓ ${hidden} more rows below`]);
    await key(page, 'ArrowUp'); // the root, at the bottom
    assert.equal(await chosen(page), 'svc');
    assert.ok(await scroll() > 0);
    for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowUp');
    assert.equal(await chosen(page), 'f58');
    const y = (80 - 60) * ROW - await scroll();
    assert.ok(y >= ROW && y < height - ROW, `what is walked to is seen, clear of the shade: ${y}`);
  });
  await inReport('plain', async (page) => assert.equal(await page.locator('.viewer-cue:not([hidden])').count(), 0));
});

test('a narrow window: the graph has its width, and grows with it', async () => {
  await inReport('plain', async (page) => {
    const narrow = await width(page);
    assert.ok(narrow <= 390);
    await page.setViewportSize({ width: 900, height: 800 });
    await page.waitForFunction((was) => document.querySelector('.viewer-graph canvas').getBoundingClientRect().width > was + 300, narrow);
    assert.ok(named(await boxes(page), 'svc')[0].width > narrow + 300);
  }, { width: 390 });
});
