/* Names as they are shown: without what must not reach a page, and shortened to their telling end. */
(function (fp) {
  'use strict';

  /* Controls become their pictures (U+2400 …); what turns the writing direction around is replaced. */
  const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]/g; // eslint-disable-line
  const show = (c) => {
    const code = c.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  };
  fp.shown = (text) => text.replace(UNSAFE, show);

  /* Without "[k] " and the like: the colour says it. */
  fp.bareName = (text) => (/^\[[tpkcl]\] ./s.test(text) ? text.slice(4) : text);

  const NARROW = /^[\u0020-\u02ff]*$/;
  const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\ud83c-\ud83e][\udc00-\udfff]|[\ud840-\ud87f][\udc00-\udfff]/g;

  /* Of a monospaced font: East Asian wide characters take two. An estimate that is never too small for a box. */
  fp.cells = (text) => (NARROW.test(text) ? text.length : text.length + (text.match(WIDE) || []).length);

  /* Where the parts of a name begin, outside of brackets: "com.example.Order.run" → 4, 12, 18. */
  function partsOf(text) {
    const starts = [], place = /:\d+$/.test(text); /* "/app/api.js:3:19": a file's ending is none */
    let depth = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if ('<([{'.includes(c))
        depth++;
      else if ('>)]}'.includes(c))
        depth = Math.max(0, depth - 1);
      else if (depth === 0 && i + 1 < text.length && (c === '/' || (!place && (c === '.' || (c === ':' && text[i - 1] === ':')))))
        starts.push(i + 1);
    }
    return starts.filter((at) => text[at] !== '.' && text[at] !== ':');
  }

  const CLONE = /@.*$|(?:\.(?:part|constprop|isra|cold|llvm|lto_priv|\d+))+$/; /* what compilers and linkers add */

  /* Without arguments, and without what stands before or behind a blank: a type that is returned ("void a.b()"), or
   * where the function is ("name /app/api.js:3:19"). */
  function withoutSides(text) {
    const base = text.replace(/([^\s(])\([^()]*\)(?: const)?$/, '$1').replace(CLONE, '');
    const blank = base.search(/ (?=[^<>()[\]{}]*$)/), rest = base.slice(blank + 1);
    if (blank < 1 || !rest)
      return base;
    return /[/\\]|:\d/.test(rest) ? base.slice(0, blank) : rest;
  }

  /* From the whole name to its last part: each shorter than the one before. What is no function (a thread, a process)
   * has no parts. */
  fp.shorterNames = function (text, isFunction = true) {
    const bare = fp.shown(fp.bareName(text));
    if (!isFunction)
      return [{ name: bare, cells: fp.cells(bare) }];
    const file = /^\[(\/.*)\]$/s.exec(bare);
    const base = file ? file[1] : bare.startsWith('[') ? bare : withoutSides(bare);
    const all = [bare];
    if (base !== bare)
      all.push(base);
    if (bare.startsWith('[') && !file)
      return all.map((name) => ({ name, cells: fp.cells(name) }));
    for (const at of partsOf(base))
      all.push(base.slice(at));
    return all.map((name) => ({ name, cells: fp.cells(name) }));
  };

  /* The same of a name's number, remembered for as long as the profile. */
  fp.formsOf = function (profile, name) {
    const forms = profile.forms || (profile.forms = new Map()), { THREAD, PROCESS, HOST } = fp.KIND;
    if (!forms.has(name))
      forms.set(name, fp.shorterNames(profile.names.text(name), ![THREAD, PROCESS, HOST].includes(profile.names.kind[name])));
    return forms.get(name);
  };

  const CUT = '…';

  /* The longest that fits, else the beginning of the last part; '' when not even two characters do. */
  fp.labelFor = function (shorter, cells) {
    for (const candidate of shorter)
      if (candidate.cells <= cells)
        return candidate.name;
    if (cells < 3)
      return '';
    let label = '', used = 0;
    for (const c of shorter[shorter.length - 1].name) {
      used += fp.cells(c);
      if (used > cells - 1)
        break;
      label += c;
    }
    return label + CUT;
  };

  /* The part of a name that says where it belongs, in the manner of the program's colours; '' when it does not say. */
  fp.packageOf = function (text) {
    const bare = fp.bareName(text), placed = /^\S+ (\S*?[/\\:]\S*?)(?::\d+)*$/.exec(bare);
    if (placed) /* "name /app/api.js:3:19" */
      return placed[1];
    const base = withoutSides(bare);
    const end = base.search(/[(<]/), head = end < 0 ? base : base.slice(0, end);
    const cut = Math.max(head.lastIndexOf('.'), head.lastIndexOf('/'), head.lastIndexOf(':'));
    return cut < 0 ? '' : head.slice(0, cut).replace(/:+$/, '');
  };

  /* The file that code without a symbol is in; '' for any other name. */
  fp.moduleOf = (text) => (/^\[\/.*\]$/s.test(text) ? text.slice(1, -1) : '');
})(globalThis.flamepress = globalThis.flamepress || {});
