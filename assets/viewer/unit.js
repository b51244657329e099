/* Numbers as the program writes them (src/base/unit.c): the same digits, the same units, on every part of a page. What
 * has words in it takes them from `words`. */
(function (fp) {
  'use strict';

  const MICROSECONDS = 0, NANOSECONDS = 1, BYTES = 2; /* of enum fp_unit */

  /* Symbol, size in the smallest step, and from which rounded value the next step is used (0: the last). */
  const TIME_STEPS = [
    ['ns', 1n, 1000n], ['µs', 1000n, 1000n], ['ms', 1000000n, 1000n], ['s', 1000000000n, 60n],
    ['min', 60000000000n, 60n], ['h', 3600000000000n, 24n], ['d', 86400000000000n, 0n],
  ];
  const BYTE_STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'].map((symbol, i) =>
    [symbol, 1n << BigInt(10 * i), i < 6 ? 1000n : 0n]);

  const MINUS = '\u2212';
  const abs = (n) => (n < 0n ? -n : n);
  const divide = (num, den) => (2n * num + den) / (2n * den); /* half up */
  const grouped = (n) => n.toString().replace(/\B(?=(\d{3})+$)/g, ',');

  /* num/den to three significant digits, at most `most` of them after the point: scaled / 10^decimals. */
  function round3(num, den, most) {
    for (let decimals = most; decimals >= 0; decimals--) {
      const scaled = divide(num * 10n ** BigInt(decimals), den);
      if (scaled < 1000n)
        return { scaled, decimals };
    }
    let tens = 1n, scaled = 1000n;
    while (scaled >= 1000n) {
      tens *= 10n;
      scaled = divide(num, den * tens);
    }
    return { scaled: scaled * tens, decimals: 0 };
  }

  function rounded({ scaled, decimals }) {
    const power = 10n ** BigInt(Math.max(decimals, 0)), whole = grouped(scaled / power);
    if (scaled === 0n || decimals <= 0)
      return whole;
    return whole + '.' + (scaled % power).toString().padStart(decimals, '0');
  }

  function steps(value, factor, list, decimals) {
    const amount = abs(value) * factor;
    for (const [symbol, size, limit] of list) {
      const r = round3(amount, size, size <= factor ? 0 : decimals); /* values are whole */
      if (limit === 0n || r.scaled < limit * 10n ** BigInt(r.decimals))
        return (value < 0n ? MINUS : '') + rounded(r) + ' ' + symbol;
    }
    return '';
  }

  fp.formatCount = (count) => (count < 0 ? MINUS : '') + grouped(abs(BigInt(count)));

  fp.formatExact = function (value, unit, words) {
    const [symbol, singular] = words.units[unit] || words.units[words.units.length - 1];
    return fp.formatCount(value) + ' ' + (Math.abs(value) === 1 ? singular : symbol);
  };

  fp.formatValue = function (value, unit, words) {
    if (unit === BYTES)
      return steps(BigInt(value), 1n, BYTE_STEPS, 3);
    if (unit !== MICROSECONDS && unit !== NANOSECONDS)
      return fp.formatExact(value, unit, words);
    return value ? steps(BigInt(value), unit === MICROSECONDS ? 1000n : 1n, TIME_STEPS, 2) : '0 s';
  };

  /* A share that is not nothing never reads "0 %", one that is not all never "100 %". */
  fp.formatShare = function (part, whole) {
    if (!whole)
      return '–';
    const p = abs(BigInt(part)), w = abs(BigInt(whole)), minus = part !== 0 && (part < 0) !== (whole < 0);
    if (p && p * 10000n < w)
      return minus ? `> ${MINUS}0.01 %` : '< 0.01 %';
    if (p < w && p * 10000n > w * 9999n)
      return minus ? `< ${MINUS}99.99 %` : '> 99.99 %';
    if (p === w)
      return minus ? `${MINUS}100 %` : '100 %';
    let r = round3(p * 100n, w, 2);
    if (p < w && r.scaled === 100n * 10n ** BigInt(r.decimals))
      r = { scaled: divide(p * 10000n, w), decimals: 2 };
    return (minus ? MINUS : '') + rounded(r) + ' %';
  };

  /* ---- change (src/flame/difference.c) ---- */

  const STEP_FROM = [0, 0, 0.001, 0.005, 0.02, 0.1]; /* of the whole */
  fp.STEP_LABELS = ['', '< 0.1', '0.1–0.5', '0.5–2', '2–10', '≥ 10'];

  /* after ÷ afterWhole − before ÷ beforeWhole as ± num ÷ den, exactly. */
  function subtract(before, after, beforeWhole, afterWhole) {
    const b = beforeWhole > 0 ? BigInt(before) * BigInt(afterWhole || 1) : 0n;
    const a = afterWhole > 0 ? BigInt(after) * BigInt(beforeWhole || 1) : 0n;
    return { num: a - b, den: BigInt(beforeWhole || 1) * BigInt(afterWhole || 1) };
  }

  /* -5 … 5. In doubles, but for what lies on a bound. */
  fp.changeStep = function (before, after, beforeWhole, afterWhole) {
    const change = (afterWhole ? after / afterWhole : 0) - (beforeWhole ? before / beforeWhole : 0);
    const size = Math.abs(change);
    let step = 5;
    while (step > 1 && size < STEP_FROM[step] - 1e-12)
      step--;
    if (size < 1e-12 || Math.abs(size - STEP_FROM[step]) < 1e-11) {
      const { num, den } = subtract(before, after, beforeWhole, afterWhole);
      if (num === 0n)
        return 0;
      if (step > 1 && abs(num) * 10000n < den * BigInt(Math.round(STEP_FROM[step] * 10000)))
        step--;
    }
    return change < 0 ? -step : step;
  };

  const plus = (text) => text.replace(/\d/, '+$&'); /* "< +0.01" */

  fp.formatPoints = function (before, after, beforeWhole, afterWhole, words) {
    const { num, den } = subtract(before, after, beforeWhole, afterWhole);
    if (num === 0n)
      return words.unchanged;
    const points = Number(abs(num) * 1000000n / den) / 10000;
    const decimals = points < 9.995 ? 2 : points < 99.95 ? 1 : 0;
    const scaled = divide(abs(num) * 100n * 10n ** BigInt(decimals), den);
    const number = scaled ? rounded({ scaled, decimals }) : '0.' + '1'.padStart(decimals, '0');
    const sign = num > 0n ? (scaled ? '+' : '< +') : (scaled ? MINUS : `> ${MINUS}`);
    return fp.fill(words.ofPoints, { points: sign + number });
  };

  /* "+3 samples, +100 %; share +3.00 points" */
  fp.formatChange = function (before, after, beforeWhole, afterWhole, unit, words) {
    const change = after - before;
    let value = fp.formatValue(change, unit, words), relative = fp.formatShare(change, before);
    if (change > 0) {
      value = plus(value);
      relative = plus(relative);
    }
    if (change && !before)
      relative = words.isNew;
    else if (change && !after)
      relative = words.isGone;
    else if (!before && !change)
      relative = '0 %';
    return fp.fill(words.changed, { value, relative,
      points: fp.formatPoints(before, after, beforeWhole, afterWhole, words) });
  };
})(globalThis.flamepress = globalThis.flamepress || {});
