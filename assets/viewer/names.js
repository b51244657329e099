/* Names as they are shown: without what must not reach a page, and shortened to their telling end. */
(function (fp) {
  'use strict';

  /* Controls become their pictures (U+2400 …); what turns the writing direction around is replaced. */
  const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]/g; // eslint-disable-line
  const show = (c) => {
    const code = c.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  };
  fp.noName = '(no name)'; /* in the language of the page, from its start on */
  fp.shown = (text) => (text ? text.replace(UNSAFE, show) : fp.noName);

  /* Without "[k] " and the like: the colour says it. */
  fp.bareName = (text) => (/^\[[tpkcl]\] ./s.test(text) ? text.slice(4) : text);

  /* A whole name as a page has it. */
  fp.nameText = (text) => fp.shown(fp.bareName(text));

  const NARROW = /^[\u0020-\u02ff]*$/;
  const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\ud83c-\ud83e][\udc00-\udfff]|[\ud840-\ud87f][\udc00-\udfff]/g;

  /* Of a monospaced font: East Asian wide characters take two. An estimate that is never too small for a box. */
  fp.cells = (text) => (NARROW.test(text) ? text.length : text.length + (text.match(WIDE) || []).length);

  const OPENS = { '<': '\u0001', '(': '\u0002', '[': '\u0003', '{': '\u0004' };
  const CLOSES = { '>': '<', ')': '(', ']': '[', '}': '{' };
  const OPERATOR = /(?<![\w$])operator(?:<=>|<<=?|>>=?|->\*?|[<>]=?|\(\)|\[\]|(?: (?=[a-z_])[^<>()[\]{}]*))/iy;

  /* The name with what stands in brackets made unlike any text: one sign a bracket, at the same places. Brackets that
   * are an operator's own, and the head of an arrow, are none. One that is not closed reaches to the end. */
  function outside(text) {
    const open = [];
    let made = '', outermost = '';
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      OPERATOR.lastIndex = i;
      const operator = c === 'o' && OPERATOR.exec(text);
      if (operator) {
        made += open.length ? outermost.repeat(operator[0].length) : operator[0].replace(/[^a-z]/gi, '_');
        i += operator[0].length - 1;
        continue;
      }
      if (c in OPENS && open.push(c) === 1)
        outermost = OPENS[c];
      made += open.length ? outermost : c;
      if (c in CLOSES && !(c === '>' && '-='.includes(text[i - 1]))) {
        const at = c === '>' ? (open[open.length - 1] === '<' ? open.length - 1 : -1) : open.lastIndexOf(CLOSES[c]);
        if (at >= 0)
          open.length = at;
      }
    }
    return made;
  }

  /* Where the parts of a name begin, outside of brackets: "com.example.Order.run" → 4, 12, 18. */
  function partsOf(text) {
    const starts = [], outer = outside(text), place = /:\d+$/.test(text); /* "/app/api.js:3:19": a file's ending is none */
    for (let i = 0; i + 1 < text.length; i++) {
      const c = outer[i];
      if (c === '/' || (!place && (c === '.' || (c === ':' && text[i - 1] === ':'))))
        starts.push(i + 1);
    }
    return starts.filter((at) => text[at] !== '.' && text[at] !== ':');
  }

  const CLONE = /(?<=.)(?:@.*|(?:\.(?:part|constprop|isra|cold|llvm|lto_priv|\d+))+)$/; /* what compilers and linkers add */
  const ARGUMENTS = /(?<=[^\s.:\u0002])\u0002+(?: const)?$/;

  /* The blank before the place of a function: "name /app/api.js:3:19"; -1 when there is none. */
  const blankOfPlace = (outer) => outer.search(/(?<=.) (?=\S*(?:[/\\]|:\d))/);

  /* Without arguments, and without what stands before or behind a blank: a type that is returned ("void a.b()"), or
   * where the function is. */
  function withoutSides(text) {
    const args = outside(text).search(ARGUMENTS), base = (args < 0 ? text : text.slice(0, args)).replace(CLONE, '');
    const outer = outside(base), place = blankOfPlace(outer);
    if (place > 0)
      return base.slice(0, place);
    const blank = outer.replace(/ (?=[\u0001-\u0004]*$)/, '_').lastIndexOf(' '); /* "operator<< <char>" */
    return blank > 0 ? base.slice(blank + 1) : base;
  }

  const LONGEST = 1024; /* of a name that is taken apart */

  /* From the whole name to its last part: each shorter than the one before. What is no function (a thread, a process)
   * has no parts. */
  fp.shorterNames = function (text, isFunction = true) {
    const bare = fp.nameText(text);
    if (!isFunction || bare.length > LONGEST)
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
    for (const candidate of cells < 3 ? shorter.slice(0, 1) : shorter)
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
    const bare = fp.bareName(text), place = blankOfPlace(outside(bare)), line = bare.search(/(?::\d+){1,2}$/);
    if (place > 0 || line > 0) /* "name /app/api.js:3:19", or the place alone */
      return bare.slice(place + 1, line > 0 ? line : undefined);
    const base = withoutSides(bare), outer = outside(base), end = outer.search(/[\u0001-\u0004]/);
    const head = end < 0 ? outer : outer.slice(0, end);
    const cut = Math.max(head.lastIndexOf('.'), head.lastIndexOf('/'), head.lastIndexOf(':'));
    return cut < 0 ? '' : base.slice(0, cut).replace(/:+$/, '');
  };

  /* The file that code without a symbol is in; '' for any other name. */
  fp.moduleOf = (text) => (/^\[\/.*\]$/s.test(text) ? text.slice(1, -1) : '');
})(globalThis.flamepress = globalThis.flamepress || {});
