/* Numbers and names as the program writes them. */
import assert from 'node:assert';
import fs from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

import { dice, fp, render, source } from './support.mjs';

const words = fp.wordsFor('en'), zh = fp.wordsFor('zh');
const US = 0, NS = 1, BYTES = 2, SAMPLES = 4;

test('values', () => {
  const cases = [[0, US, '0 s'], [1, US, '1 µs'], [999, US, '999 µs'], [999900, US, '1.00 s'], [19037052, US, '19.0 s'],
    [1, NS, '1 ns'], [1500, NS, '1.50 µs'], [59999999, US, '1.00 min'], [3600000000, US, '1.00 h'], [512, BYTES, '512 B'],
    [1000, BYTES, '0.977 KiB'], [1342177280, BYTES, '1.25 GiB'], [5214, SAMPLES, '5,214 samples'], [1, SAMPLES, '1 sample'],
    [-1500, US, '\u22121.50 ms'], [9007199254740991, US, '104,000 d']];
  for (const [value, unit, text] of cases)
    assert.strictEqual(fp.formatValue(value, unit, words), text);
  assert.strictEqual(fp.formatExact(19037052, US, words), '19,037,052 µs');
});

test('shares', () => {
  const cases = [[0, 0, '–'], [0, 5, '0 %'], [1, 100000, '< 0.01 %'], [1, 10000, '0.01 %'], [329, 1000, '32.9 %'], [1, 1, '100 %'], [99999, 100000, '> 99.99 %'],
    [9998, 10000, '99.98 %'], [-32, 1000, '\u22123.20 %'], [-1, 100000, '> \u22120.01 %'], [3, 2, '150 %'], [1, 3, '33.3 %']];
  for (const [part, whole, text] of cases)
    assert.strictEqual(fp.formatShare(part, whole), text);
});

test('changes', () => {
  assert.strictEqual(fp.formatChange(3, 6, 100, 100, SAMPLES, words), '+3 samples, +100 %; share +3.00 points');
  assert.strictEqual(fp.formatChange(0, 6, 100, 100, SAMPLES, words), '+6 samples, new; share +6.00 points');
  assert.strictEqual(fp.formatChange(6, 0, 100, 100, SAMPLES, words), '\u22126 samples, gone; share \u22126.00 points');
  assert.strictEqual(fp.formatChange(5, 10, 50, 100, SAMPLES, words), '+5 samples, +100 %; share unchanged');
  assert.strictEqual(fp.formatPoints(1000000, 1000001, 10000000, 10000000, words), '< +0.01 points');
  assert.strictEqual(fp.formatChange(3, 6, 100, 100, SAMPLES, zh), '+3 个样本，+100 %；占比 +3.00 个百分点');
  assert.strictEqual(fp.formatChange(0, 6, 100, 100, SAMPLES, zh), '+6 个样本，新增；占比 +6.00 个百分点');
  assert.strictEqual(fp.formatChange(5, 10, 50, 100, SAMPLES, zh), '+5 个样本，+100 %；占比不变');
  const step = (before, after) => fp.changeStep(before, after, 10000, 10000);
  assert.deepStrictEqual([0, 1, 9, 10, 49, 50, 199, 200, 999, 1000].map((n) => step(0, n)), [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]);
  assert.strictEqual(step(1000, 0), -5);
  assert.strictEqual(fp.changeStep(1, 3, 3, 9), 0); /* in doubles these thirds may differ */
});

/* The program's own words for numbers, on the page that it writes, are found with ours. */
async function sameTexts(input, ...options) {
  const { summary, profile, page } = await render(input, ...options);
  const shown = page.replace(/\u00a0|&#160;|&nbsp;/g, ' '); /* a number and its unit stay on one line there */
  const units = ['microseconds', 'nanoseconds', 'bytes', 'objects', 'samples', 'goroutines', 'units'];
  assert.strictEqual(units[profile.unit], summary.unit);
  for (const { self, total } of summary.functions.slice(0, 20))
    for (const value of [self, total].filter((v) => v > 0)) {
      const texts = [fp.formatValue(value, profile.unit, words), fp.formatExact(value, profile.unit, words), fp.formatShare(value, summary.total)];
      for (const text of texts)
        assert.ok(shown.includes(text.replace('<', '&lt;').replace('>', '&gt;')), `${value} as ${text}`);
    }
}

test('the same texts as on the page', async () => {
  await sameTexts(fs.readFileSync(source('tests/data/pprof/go-cpu.pb.gz')));
  await sameTexts(fs.readFileSync(source('tests/data/pprof/go-heap.pb.gz')));
  const roll = dice(5);
  for (const event of ['on-cpu', 'mem-alloc', 'cpu'])
    await sameTexts(Array.from({ length: 19 }, (_, i) => `f${i} ${Math.floor(10 ** (roll(1300) / 100))}`).join('\n') + '\n', '--event', event);
});

test('the forms of names are those of the pictures, and of the script in them', () => {
  const [endsOf] = /^function endsOf[^]*?^}$/m.exec(fs.readFileSync(source('assets/flame_svg.js'), 'utf8'));
  const ends = vm.runInThisContext(`(${endsOf})`);
  for (const forms of JSON.parse(fs.readFileSync(source('tests/data/short_names.json'), 'utf8')))
    for (const made of [fp.shorterNames(forms[0]).map((form) => form.name), ends(forms[0])])
      assert.deepStrictEqual(made, forms);
});

test('labels keep the end that tells', () => {
  const label = (text, cells) => fp.labelFor(fp.shorterNames(text), cells);
  assert.strictEqual(label('com.example.Order.run', 30), 'com.example.Order.run');
  assert.strictEqual(label('com.example.Order.run', 12), 'Order.run');
  assert.strictEqual(label('com.example.Order.run', 4), 'run');
  assert.strictEqual(label('alloc::vec::Vec<T::X>::push', 20), 'vec::Vec<T::X>::push');
  assert.strictEqual(label('alloc::vec::Vec<T::X>::push', 8), 'push');
  assert.strictEqual(label('github.com/foo/bar.(*T).Method', 12), '(*T).Method');
  assert.strictEqual(label('void java.util.DualPivotQuicksort.sort(int, int)', 10), 'sort');
  assert.strictEqual(label('auditLine /app/api.js:3:19', 10), 'auditLine');
  assert.strictEqual(label('[k] __x64_sys_read', 20), '__x64_sys_read');
  assert.strictEqual(label('[/usr/lib/libc.so.6]', 10), 'libc.so.6');
  assert.strictEqual(label('[unknown] 0x0000000003932388', 12), '[unknown] 0…');
  assert.strictEqual(label('/app/api.js:5:68', 12), 'api.js:5:68');
  assert.strictEqual(fp.labelFor(fp.shorterNames('order-service.jar', false), 8), 'order-s…');
  assert.strictEqual(label('ns::X::operator<', 11), 'operator<');
  assert.strictEqual(label('operator delete', 15), 'operator delete');
  assert.strictEqual(label('abcdefgh', 4), 'abc…');
  assert.strictEqual(label('abcdefgh', 2), '');
  assert.strictEqual(label('支付.处理', 5), '处理');
});

test('a frame without a name is not without a label', () => {
  assert.strictEqual(fp.nameText(''), '(no name)');
  assert.strictEqual(fp.labelFor(fp.shorterNames(''), 20), '(no name)');
  assert.strictEqual(fp.namePieces('').join(''), '(no name)');
});

test('packages', () => {
  for (const [name, wanted] of [['com.example.Order.run', 'com.example.Order'], ['void java.util.Sort.sort(int[], int)', 'java.util.Sort'],
    ['auditLine /app/api.js:3:19', '/app/api.js'], ['next node:internal/a:1:2', 'node:internal/a'], ['deflate.part.0', ''], ['cfree@GLIBC_2.2.5', ''],
    ['alloc::vec::Vec<T>::push', 'alloc::vec'], ['main', ''], ['[k] tcp.x', 'tcp'], ['github.com/a/b.(*T).M', 'github.com/a/b'],
    ['v8::internal::JsonParser<unsigned char>::ScanJsonString', 'v8::internal'], ['void v8::Value::Set(int)', 'v8::Value'],
    ['v8::internal::LookupKey<v8::internal::Key<v8::X>, v8::internal::Isolate>', 'v8::internal'],
    ['node::(anonymous namespace)::Parser::Proxy<int (node::Parser::*)(char const*, long), &node::Parser::on>::Raw', 'node'],
    ['non-virtual thunk to node::A::(anonymous namespace)::Read(long, uv_buf_t const&)', 'node::A'],
    ['node::A::Start()::{lambda(uv_stream_s*, long)#2}::_FUN', 'node::A'], ['ns::X::operator<', 'ns::X'],
    ['std::ostream& std::operator<< <char>(std::ostream&, a::b const&)', 'std'], ['ns::X::operator->() const', 'ns::X'],
    ['ns::operator<=> <a::b>', 'ns'], ['ns::F::operator()(a::b) const', 'ns::F'], ['ns::X::operator unsigned long() const', 'ns::X'],
    ['a::b<(c::d)(1 << 2)>::e', 'a'], ['a::b<fn(c::d) -> e::f>::g', 'a'], ['core::ops::call<x::y', 'core::ops'],
    ['get size /app/my dir/api.js:3:19', '/app/my dir/api.js'], ['<anonymous>', ''], ['/app/api.js:5:68', '/app/api.js'], ['operator delete', ''], [')>]}', '']])
    assert.strictEqual(fp.packageOf(name), wanted, name);
});

test('every text has its words', () => {
  assert.strictEqual(words.kinds.length, 9);
  assert.deepStrictEqual(Object.keys(words.switches).sort(), Object.keys(fp.SWITCH).sort());
  const shape = (table) => Object.entries(table).map(([key, value]) => (typeof value === 'string'
    ? [key, ...(value.match(/\{\w+\}/g) || []).sort()] : [key, Array.isArray(value) ? value.length : shape(value)]));
  assert.deepStrictEqual(shape(fp.words.zh), shape(fp.words.en)); /* the same texts, with the same places to fill */
  assert.strictEqual(fp.wordsFor('zh-CN'), fp.words.zh);
  assert.strictEqual(fp.wordsFor('tlh'), fp.words.en);
  assert.strictEqual(fp.fill('{a} and {b}', { a: '$&' }), '$& and {b}');
});
