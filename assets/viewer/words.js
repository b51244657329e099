/* Every text that the graph shows, in English; `{x}` is replaced. Other languages: words_zh.js; one that is not there
 * falls back to English. */
(function (fp) {
  'use strict';

  fp.words = fp.words || {};
  fp.words.en = {
    kinds: ['application', 'library', 'kernel', 'CUDA', 'thread', 'process', 'host', 'object', 'no symbol'],
    units: [['µs', 'µs'], ['ns', 'ns'], ['bytes', 'byte'], ['objects', 'object'], ['samples', 'sample'],
      ['goroutines', 'goroutine'], ['units', 'unit']], /* in the order of enum fp_unit: beside a number, and beside 1 */
    changed: '{value}, {relative}; share {points}', ofPoints: '{points} points', unchanged: 'unchanged',
    program: 'program', noPackage: 'no package', noName: '(no name)',
    graph: 'Flame graph of the whole profile',
    keys: 'Arrow keys walk from frame to frame, with Shift to the neighbours of what is zoomed into. Enter zooms in, Escape out, Home shows all. / searches, n and p go through what was found.',
    failed: 'The graph could not be read: {why}. The picture below shows the same profile.',
    search: 'Search', searchHint: 'Search for functions', matchCase: 'Match case', regex: 'Regular expression',
    previous: 'Previous match', next: 'Next match',
    wrong: 'This is no regular expression: {why}',
    nested: 'This expression could run for ever: write it without repeats within repeats.',
    many: 'This expression could run for ever: write it with fewer repeats.',
    nothing: 'No function matches.',
    found: '{functions} matching: {value}, {share} of the total',
    foundBefore: '; before {value}, {share}',
    stopped: 'The expression took too long; {names} were not looked at.',
    function: 'function', functions: 'functions', name: 'name', names: 'names', frame: 'frame', frames: 'frames', row: 'more row', rows: 'more rows',
    above: '↑ {rows} above', below: '↓ {rows} below',
    step: '{at} of {all}: ', matches: 'Matching functions', more: 'and {count} more',
    view: 'View', views: { flame: 'Flame', icicle: 'Icicle', leaf: 'Leaf first', sandwich: 'Sandwich' },
    order: 'Order', orders: { name: 'by name', size: 'by size' },
    colour: 'Colour', colours: { type: 'by type', package: 'by package', module: 'by module', change: 'by change' },
    side: 'Compare', sides: { after: 'After', before: 'Before', difference: 'Difference' },
    show: 'Simplify',
    switches: {
      fold_processes: 'Join processes', fold_threads: 'Join threads', hide_kernel: 'Hide kernel frames',
      hide_libraries: 'Hide library frames', merge_recursion: 'Join calls of a function to itself',
      collapse_wrappers: 'Shorten chains of single callees',
    },
    fixed: 'applied before the profile was written',
    reset: 'Reset',
    path: 'Zoomed path', between: '… {count} more …',
    details: 'Selected frame', none: 'Select a frame in the graph to see it here.',
    kind: 'Type', value: 'Value', itself: 'Itself', before: 'Before', change: 'Change',
    ofTotal: '{share} of the total', inAll: 'In all stacks', inAllText: '{total} ({share}), itself {self}',
    leafValue: 'Of the leaf, from here', recorded: 'Recorded as',
    zoom: 'Zoom', copyName: 'Copy name', copyStack: 'Copy stack as text', sandwich: 'Callers and callees',
    copied: 'Copied.', notCopied: 'The browser did not allow copying; the text is selected.', stack: 'Stack',
    finding: 'Looking for the frame of this address …', notFound: 'The frame of this address is not in this profile.',
    reading: {
      flame: 'The wider a box, the more of the total passes through it; callers are below.',
      icicle: 'The wider a box, the more of the total passes through it; callers are above.',
      leaf: 'On top, what each function has for itself; below it, who called it.',
      sandwich: '{name}: callers above, callees below; {frames}, recursion counted once.',
      difference: 'Widths are both sides together, each as a share of its own total.',
      change: 'Colours are changes of share.',
    },
    shownWith: 'Simplified: {what}. Shares stay of the whole profile.',
    narrow: 'Not drawn: {frames} narrower than half a pixel; zooming in shows them.',
    narrowSome: 'Frames narrower than half a pixel are not drawn; zooming in shows them.',
    inexact: 'Values beyond 9,007,199,254,740,991 are rounded.',
    legend: 'Colours', points: 'Change of share in points', less: 'less', grew: 'more', same: 'no change',
    noFunction: 'This function is not in what is shown.',
    absent: { after: '{name} is not in the profile now; its place is shown: {shown}.',
      before: '{name} is not in the profile before; its place is shown: {shown}.' },
    absentFunction: { after: 'This function is not in the profile now.', before: 'This function is not in the profile before.' },
    filter: 'Filter', filtered: '{count} of {all}', filteredBoth: '{count} of {all} on either side', showMore: 'Show {count} of {left} more',
    selfHead: 'self', totalHead: 'total', changeSelf: 'change of self in points', changeTotal: 'change of total in points',
    functionHead: 'function', isNew: 'new', isGone: 'gone', calledBy: 'Called by', calls: 'Calls', ofThis: 'Share of it',
    toSandwich: 'Callers and callees in the graph',
  };

  fp.wordsFor = (lang) => fp.words[String(lang || 'en').split('-')[0]] || fp.words.en;
  fp.fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? String(values[key]) : all));
  fp.counted = (count, one, many) => `${fp.formatCount(count)} ${count === 1 ? one : many}`;
})(globalThis.flamepress = globalThis.flamepress || {});
