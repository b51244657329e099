/* Search, and the address. */
import assert from 'node:assert';
import test from 'node:test';

import { fp, profileOf } from './support.mjs';

const stacks = [['main;Parse;parse', 5], ['main;[k] entry', 3], ['main;other', 2], ['parseAll', 10]];
const namesOf = (profile, { matched }) => Array.from(matched || [], (m, i) => m && profile.names.text(i)).filter(Boolean);
const find = (query, how) => { const p = profileOf(stacks); return namesOf(p, fp.matchNames(p.names, query, how)); };

test('literal, whatever it looks like', () => {
  assert.deepStrictEqual(find('[k] e'), ['[k] entry']);
  assert.deepStrictEqual(find('.*'), []);
  assert.deepStrictEqual(find('PARSE'), ['Parse', 'parse', 'parseAll']);
  assert.deepStrictEqual(find('Parse', { matchCase: true }), ['Parse']);
});

test('expressions on request; a wrong one is said', () => {
  assert.deepStrictEqual(find('^p.*e$', { regex: true }), ['Parse', 'parse']);
  assert.deepStrictEqual(find('^p.*e$', { regex: true, matchCase: true }), ['parse']);
  const profile = profileOf(stacks), wrong = fp.matchNames(profile.names, '(', { regex: true });
  assert.strictEqual(wrong.matched, null);
  assert.match(wrong.error, /Invalid regular expression/);
  assert.strictEqual(fp.matchNames(profile.names, '', { regex: true }).matched, null);
});

test('a name is found by how it was recorded and by how it is shown', () => {
  for (const [query, how] of [['^entry$', { regex: true }], ['^\\[k\\] entry$', { regex: true }], ['^\\[k', { regex: true }],
    ['entry', {}], ['[k] entry', {}], ['[k] entry', { matchCase: true }]])
    assert.deepStrictEqual(find(query, how), ['[k] entry'], query);
  assert.deepStrictEqual(find('^k$', { regex: true }), []);
});

test('expressions that could run for ever are refused, in no time', () => {
  const profile = profileOf([['a'.repeat(60000) + 'b', 1]]);
  for (const evil of ['(a+)+$', '(a*)*$', '(a|a)*$', '(?:a?){30}a', '((a+))+$', '(a{1,50}){1,50}$', '([a-z]+)*$', '(a+b?)+?$'])
    assert.strictEqual(fp.matchNames(profile.names, evil, { regex: true }).error, 'nested', evil);
  for (const evil of ['a?'.repeat(25) + 'a'.repeat(25), 'a*a*a*a*b', '.*.*.*.*x'])
    assert.strictEqual(fp.matchNames(profile.names, evil, { regex: true }).error, 'many', evil);
  for (const fine of ['^a+$', '(ab)+', '[(a+)+]', '\\(a+\\)+', 'a|b', '(?:a|b)c', '(?=a)a', 'a{2,3}', 'x(?<n>a)+'])
    assert.strictEqual(fp.matchNames(profile.names, fine, { regex: true }).error, '', fine);
  const start = Date.now();
  fp.matchNames(profile.names, 'a*a*a*c', { regex: true });
  assert.ok(Date.now() - start < 5000);
});

test('the share counts each stack once', () => {
  const profile = profileOf([['f;f;g', 4], ['f', 1], ['x;g', 2], ['y', 3]]);
  const value = (query) => fp.matchedValue(profile.tree, fp.matchNames(profile.names, query).matched).value;
  assert.strictEqual(value('f'), 5);
  assert.strictEqual(value('g'), 6);
  profile.names.text = ((text) => (i) => (/^[fg]$/.test(text(i)) ? 'fg' : text(i)))(profile.names.text);
  profile.names.folded = null;
  assert.strictEqual(value('fg'), 7);
  assert.strictEqual(value('svc'), 0); /* the root is in every stack */
});

test('functions: largest first, recursion once', () => {
  const profile = profileOf([['f;f;g', 4], ['f', 1], ['x;g', 9]]);
  const { matched } = fp.matchNames(profile.names, 'f'), both = Uint8Array.from(matched, () => 1);
  const found = fp.matchingFunctions(profile.tree, both, profile.names.count).map(({ name, total }) =>
    [profile.names.text(name), total]);
  assert.deepStrictEqual(found, [['svc', 14], ['g', 13], ['x', 9], ['f', 5]]);
  const compared = profileOf([['f;gone', 0, 4], ['f', 1, 1]]);
  assert.deepStrictEqual(fp.matchingFunctions(compared.tree, fp.matchNames(compared.names, 'gone').matched, compared.names.count)
    .map(({ total, before }) => [total, before]), [[0, 4]]);
});

test('the address says the view, and comes back', () => {
  const defaults = fp.defaultState(profileOf([['a;b', 1, 2]]));
  const state = { ...defaults, node: '6ba7b812-9dad-51d1-80b4-00c04fd430c8', q: 'a&b=c#%;+ "é', view: 'sandwich', fn: '</script>',
    on: 6, regex: true, side: 'difference', colour: 'package', theme: 'dark' };
  assert.deepStrictEqual(fp.parseAddress(fp.formatAddress(state, defaults), defaults), state);
  assert.strictEqual(fp.formatAddress(defaults, defaults), '#');
  assert.strictEqual(fp.formatAddress({ ...defaults, on: 0 }, { ...defaults, on: 2 }), '#on=');
  assert.strictEqual(fp.parseAddress('#on=', { ...defaults, on: 2 }).on, 0);
});

test('a function without a name has callers and callees, too', () => {
  const profile = profileOf([['a;b', 1]]), defaults = fp.defaultState(profile), { text } = profile.names;
  const address = fp.formatAddress({ ...defaults, view: 'sandwich', fn: '' }, defaults);
  assert.strictEqual(address, '#fn=&view=sandwich');
  assert.strictEqual(fp.parseAddress(address, defaults).fn, '');
  profile.names.text = (i) => (text(i) === 'b' ? '' : text(i));
  assert.strictEqual(fp.findFunction(profile, profile.tree, ''), Array.from({ length: 3 }, (_, i) => text(i)).indexOf('b'));
});

test('addresses of others, and nonsense', () => {
  const defaults = fp.defaultState(profileOf(stacks));
  assert.strictEqual(fp.parseAddress('#functions', defaults), null);
  assert.strictEqual(fp.parseAddress('', defaults), null);
  assert.deepStrictEqual(fp.parseAddress('#q=x&view=evil&__proto__=1&on=constructor,hide_kernel&order=toString', defaults),
    { ...defaults, q: 'x', on: 4 });
  assert.strictEqual(fp.parseAddress('#q=%zz', defaults).q, '%zz');
  const { side, colour } = fp.parseAddress('#side=difference&colour=change', defaults);
  assert.deepStrictEqual([side, colour], ['after', 'type']); /* there is nothing to compare with */
});

test('a difference is coloured by change, unless another colour is asked for', () => {
  const defaults = fp.defaultState(profileOf([['a;b', 1, 2]]));
  const colourAt = (hash) => fp.parseAddress(hash, defaults).colour;
  assert.deepStrictEqual(['#side=difference', '#colour=type&side=difference', '#side=before', '#side=before&colour=change'].map(colourAt),
    ['change', 'type', 'type', 'change']);
  const difference = fp.patched(defaults, { side: 'difference' });
  assert.strictEqual(fp.formatAddress(difference, defaults), '#side=difference');
  for (const colour of ['type', 'package', 'change']) {
    const state = fp.patched(difference, { colour });
    assert.strictEqual(state.colour, colour);
    assert.deepStrictEqual(fp.parseAddress(fp.formatAddress(state, defaults), defaults), state);
  }
  assert.strictEqual(fp.patched(difference, { side: 'after' }).colour, 'type');
  assert.strictEqual(fp.patched({ ...difference, colour: 'package' }, { side: 'after' }).colour, 'package');
});
