/*
 * The view in the address: everything after '#', so that links, reload, back and forward keep it.
 *
 *     #node=UUID&q=parse&view=icicle
 *
 * What is as it is without being asked for is not written. An address of another kind (an anchor on the page) says
 * nothing of the view.
 */
(function (fp) {
  'use strict';

  const CHOICES = {
    view: ['flame', 'icicle', 'leaf', 'sandwich'],
    order: ['name', 'size'],
    colour: ['type', 'package', 'module', 'change'],
    side: ['after', 'before', 'difference'],
    theme: ['auto', 'light', 'dark'],
  };
  const TEXTS = ['node', 'path', 'q', 'fn'];
  const FLAGS = { regex: 're', matchCase: 'case' };
  const TEXT_CAP = 70000; /* a name and its escapes; more is no link of ours */

  /*
   * A state with some of it changed. The one place that knows what goes together: a difference is coloured by change
   * until another colour is asked for, and without another side there is nothing to compare.
   */
  fp.patched = function (state, patch) {
    const made = { ...state, ...patch };
    if (!state.compared) {
      made.side = 'after';
      made.colour = made.colour === 'change' ? 'type' : made.colour;
    } else if (made.side !== state.side && !('colour' in patch)) {
      made.colour = made.side === 'difference' ? 'change' : made.colour === 'change' ? 'type' : made.colour;
    }
    return made;
  };

  /* The order that was chosen; else that of the view: leaves are a ranking. */
  fp.orderOf = (profile, state) => state.order || (profile.byValue || state.view === 'leaf' ? 'size' : 'name');

  /* `defaults`: the whole state as it is without an address. null when the address is not about the view. */
  fp.parseAddress = function (hash, defaults) {
    const params = new URLSearchParams(hash.replace(/^#/, ''));
    const patch = {};
    let known = false;
    for (const [key, value] of params) {
      if (TEXTS.includes(key) && value.length <= TEXT_CAP)
        patch[key] = value;
      else if (Object.hasOwnProperty.call(CHOICES, key) && CHOICES[key].includes(value))
        patch[key] = value;
      else if (key === 'on')
        patch.on = fp.switchBits(value);
      else if (key === FLAGS.regex)
        patch.regex = value === '1';
      else if (key === FLAGS.matchCase)
        patch.matchCase = value === '1';
      else
        continue;
      known = true;
    }
    return known ? fp.patched(defaults, patch) : null;
  };

  fp.formatAddress = function (state, defaults) {
    const params = new URLSearchParams(), usual = fp.patched(defaults, { side: state.side });
    for (const key of [...TEXTS, ...Object.keys(CHOICES)])
      if (state[key] !== (key === 'colour' ? usual : defaults)[key])
        params.set(key, state[key]);
    for (const key of Object.keys(FLAGS))
      if (state[key])
        params.set(FLAGS[key], '1');
    if (state.on !== defaults.on)
      params.set('on', fp.switchNames(state.on));
    return '#' + params.toString();
  };

  /* By the names that the configuration has for them. */
  fp.switchNames = (bits) => Object.keys(fp.SWITCH).filter((name) => bits & fp.SWITCH[name]).join(',');
  fp.switchBits = (text) => text.split(',').reduce((bits, name) =>
    bits | (Object.hasOwnProperty.call(fp.SWITCH, name) ? fp.SWITCH[name] : 0), 0);

  fp.defaultState = function (profile) {
    return {
      node: '', path: '', q: '', fn: null, /* a function may have no name */ regex: false, matchCase: false,
      view: profile.icicle ? 'icicle' : 'flame', order: '' /* as the view has it */,
      colour: 'type', side: 'after', theme: 'auto', on: profile.on,
      compared: Boolean(profile.tree.beforeTotal), /* there is another side; not of the address */
    };
  };
})(globalThis.flamepress = globalThis.flamepress || {});
