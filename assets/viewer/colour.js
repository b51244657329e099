/*
 * Colours. Those by type and by change come with the profile, from the program's one table (src/flame/palette.h); those
 * by package and module are made here, of the name, so that they are the same tomorrow. Labels are dark on all of them.
 */
(function (fp) {
  'use strict';

  const hex = (r, g, b) => '#' + ((1 << 24) | (r << 16) | (g << 8) | b).toString(16).slice(1);

  function hash(text) { /* FNV-1a, then mixed, so that near names are far apart */
    let h = 0x811c9dc5;
    for (let i = 0; i < text.length; i++)
      h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
    return (h ^ (h >>> 13)) >>> 0;
  }

  function fromHsl(hue, saturation, lightness) {
    const a = saturation * Math.min(lightness, 1 - lightness);
    const channel = (n) => {
      const k = (n + hue / 30) % 12;
      return Math.round(255 * (lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
    };
    return hex(channel(0), channel(8), channel(4));
  }

  /* Light enough for dark labels at every hue. */
  function colourOfGroup(group) {
    const h = hash(group);
    return fromHsl(h % 360, 0.45 + (h >>> 9) % 20 / 100, 0.7 + (h >>> 17) % 9 / 100);
  }

  const OTHER = '#d2d2d2';

  /* What a name is counted to in a legend by package or module. */
  fp.groupOf = function (profile, words, by, name) {
    const kind = profile.names.kind[name], text = profile.names.text(name);
    if (by === 'module') {
      const module = fp.moduleOf(text);
      return module || (kind === fp.KIND.APPLICATION || kind === fp.KIND.OBJECT ? words.program : words.kinds[kind]);
    }
    if (kind === fp.KIND.KERNEL || kind === fp.KIND.THREAD || kind === fp.KIND.PROCESS || kind === fp.KIND.HOST)
      return words.kinds[kind];
    if (kind === fp.KIND.UNKNOWN)
      return fp.moduleOf(text) || words.kinds[kind];
    return fp.packageOf(text) || words.noPackage;
  };

  /* A function name → colour, remembered. */
  fp.nameColours = function (profile, words, by) {
    const { rgb } = profile.names, made = new Array(profile.names.count);
    return (name) => {
      if (made[name] === undefined) {
        if (by !== 'package' && by !== 'module')
          made[name] = hex(rgb[0][name], rgb[1][name], rgb[2][name]);
        else
          made[name] = fp.groupColour(profile, words, fp.groupOf(profile, words, by, name));
      }
      return made[name];
    };
  };

  /* Kinds keep their colours among packages. */
  fp.groupColour = function (profile, words, group) {
    const kind = words.kinds.indexOf(group);
    if (kind >= 0)
      return profile.colours.kinds[kind];
    return group === words.noPackage || group === words.program ? OTHER : colourOfGroup(group);
  };

  /* A node → colour of its change. */
  fp.changeColours = function (profile, tree) {
    const { colours, whole, beforeWhole } = profile;
    return (node) => colours.changes[5 + fp.changeStep(tree.beforeTotal[node], tree.total[node], beforeWhole, whole)];
  };
})(globalThis.flamepress = globalThis.flamepress || {});
