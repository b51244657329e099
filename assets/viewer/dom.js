/* Elements. Text goes in as text, never as markup: names come from other people's programs. */
(function (fp) {
  'use strict';

  /* el('button', { class: 'x', onclick: f, 'aria-label': '…' }, 'text', child …) */
  fp.el = function (tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (typeof value === 'function')
        element.addEventListener(key.slice(2), value);
      else if (value === true)
        element.setAttribute(key, '');
      else if (value !== false && value !== null && value !== undefined)
        element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };

  fp.button = (text, onclick, attributes) => fp.el('button', { type: 'button', onclick, ...attributes }, text);

  /* A name keeps its own writing direction, and what is around it too. */
  fp.nameElement = (text) => fp.el('bdi', { class: 'viewer-name' }, fp.nameText(text));

  /* A swatch's colour is set through the style object: a page's policy forbids style attributes. */
  fp.swatch = function (colour, hatched) {
    const swatch = fp.el('span', { class: hatched ? 'viewer-swatch viewer-hatched' : 'viewer-swatch', 'aria-hidden': 'true' });
    swatch.style.backgroundColor = colour;
    return swatch;
  };

  /* Which type a name is of, in words beside its colour. */
  fp.kindElement = function (profile, words, name) {
    const kind = profile.names.kind[name];
    return fp.el('span', { class: 'kind' }, fp.swatch(profile.colours.kinds[kind], kind === fp.KIND.UNKNOWN), ` ${words.kinds[kind]}`);
  };
})(globalThis.flamepress = globalThis.flamepress || {});
