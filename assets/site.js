/*
 * What every page's head line needs a script for: the theme, and the nights that came after the page was made.
 *
 * It stands in the head, small and blocking: the theme must be known before anything is drawn, or a dark page would flash.
 *
 * Theme: auto (what the system has), light or dark, as data-theme of <html>. The address names it (#theme=dark, beside what
 * the graph has there), so that a link or a reload keeps it; else what this reader chose last, where the browser remembers
 * it; else auto. Pictures stay light: they are what goes into a ticket.
 *
 * Nights: a published page is never changed. `nights.js` in the root of the site (data only) lists all nights and their
 * reports; from it come the links before and after, to the newest, and the list of services. Without it, or without
 * scripts, the links that are in the page work. Words are in the attributes of this script's element.
 */
(function (fp) {
  'use strict';

  const root = document.documentElement;
  const given = document.currentScript.dataset;
  const whenParsed = (go) => (document.readyState === 'loading' ? document.addEventListener('DOMContentLoaded', go) : go());

  /* ---- theme ---- */

  const KEY = 'flamepress.theme';
  const THEMES = ['auto', 'light', 'dark'];
  const known = (theme) => (THEMES.includes(theme) ? theme : null);
  const asked = () => known(new URLSearchParams(location.hash.slice(1)).get('theme'));
  let theme = 'auto';

  /* Storage may be off, or not for file://. */
  function remembered() {
    try {
      return known(localStorage.getItem(KEY));
    } catch (error) {
      return null;
    }
  }

  function remember() {
    try {
      localStorage.setItem(KEY, theme);
    } catch (error) { /* the address has it */ }
  }

  /* Other parameters stay; an anchor, which is none, makes room. */
  function putInAddress() {
    const hash = location.hash.slice(1), params = new URLSearchParams(hash.includes('=') ? hash : '');
    params.delete('theme');
    if (theme !== 'auto')
      params.set('theme', theme);
    const text = params.toString() || (hash.includes('=') ? '' : hash);
    try {
      history.replaceState(history.state, '', location.pathname + location.search + (text && '#' + text));
    } catch (error) { /* not on this kind of page */ }
  }

  function apply(to) {
    theme = to;
    if (theme === 'auto')
      delete root.dataset.theme;
    else
      root.dataset.theme = theme;
    for (const button of document.querySelectorAll('.theme button'))
      button.setAttribute('aria-pressed', String(button.value === theme));
    document.dispatchEvent(new CustomEvent('flamepress-theme', { detail: theme })); /* for what is drawn, not styled */
  }

  function choose(event) {
    apply(event.currentTarget.value);
    remember();
    putInAddress();
  }

  root.dataset.scripts = 'on'; /* the style sheet shows the switch then, from the first moment */
  apply(asked() || remembered() || 'auto');
  window.addEventListener('popstate', () => { /* back, forward, and an address that was edited */
    if (asked() && asked() !== theme)
      apply(asked());
  });
  window.addEventListener('storage', (event) => { /* another tab */
    if (event.key === KEY && known(event.newValue) && !asked())
      apply(event.newValue);
  });
  whenParsed(() => {
    for (const button of document.querySelectorAll('.theme button'))
      button.addEventListener('click', choose);
    apply(theme);
  });

  /* ---- nights ---- */

  const { site, night, report } = given;

  /* Below latest/, which is a link to a night, "../" leads elsewhere than from the night itself. The page goes on to its own
   * address, which is also the one to be sent to others. */
  function ownAddress() {
    const here = new URL(report ? '../../' : './', location.href).pathname;
    if (!night || !site || !here.endsWith('/latest/'))
      return null;
    const own = new URL(location.href);
    own.pathname = here.slice(0, -'latest/'.length) + night + '/' + location.pathname.slice(here.length);
    return own.href;
  }

  function loadNights() {
    const script = document.createElement('script');
    script.src = site + 'nights.js';
    document.head.append(script);
  }

  if (site !== undefined) {
    const own = ownAddress();
    if (own)
      location.replace(own);
    else
      loadNights();
  }

  /* As fp_night_is_alike has it: whole days, or windows whose lengths differ by an eighth at most. */
  const lengthOf = (path) => (path.includes('T') ? Number(path.slice(path.lastIndexOf('-') + 1)) : 0);
  function isAlike(one, other) {
    const a = lengthOf(one), b = lengthOf(other);
    return !a === !b && 8 * Math.abs(a - b) <= Math.max(a, b);
  }

  const startOf = (path) => path.split('-')[0];
  const encoded = (path) => path.split('/').map(encodeURIComponent).join('/') + '/index.html';
  const addressOf = (path) => site + encoded(path);

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes))
      element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  function nightLink(item, rel, words, label) {
    const mark = make('span', { 'aria-hidden': 'true' }, rel === 'prev' ? '‹' : '›');
    const hidden = make('span', { class: 'hidden' }, words);
    const link = make('a', { href: item, rel });
    if (report && item.endsWith('/' + encoded(report))) /* the graph's view goes along: frames keep their ids */
      link.addEventListener('click', () => { link.hash = location.hash; });
    link.append(...(rel === 'prev' ? [mark, hidden, ' ' + label] : [hidden, ' ' + label + ' ', mark]));
    return link;
  }

  /* Which reports a night has: null where nights.js does not know. */
  function reportsOf(data, [, , set]) {
    const numbers = Number.isInteger(set) ? data.sets[set] : null;
    return numbers ? numbers.map((i) => data.reports[i]) : null;
  }

  /* The same report of another night, or that night. `fallback`: a link that knew, when it was made. */
  function pageOf(data, other, fallback) {
    const reports = reportsOf(data, other), [path] = other;
    if (!reports && fallback && fallback.pathname.includes(`/${path}/`))
      return fallback.getAttribute('href');
    return addressOf(report && reports && reports.some(([name]) => name === report) ? `${path}/${report}` : path);
  }

  function showNights(data) {
    const list = document.querySelector('.nights ul');
    const alike = data.nights.filter(([path]) => isAlike(path, night));
    const older = alike.find(([path]) => startOf(path) < startOf(night));
    const newer = alike.filter(([path]) => startOf(path) > startOf(night));
    let item = document.getElementById('night-before');
    if (item)
      item.hidden = !older; /* it may have been taken out of the site */
    if (older) {
      item = item || list.insertBefore(make('li', { id: 'night-before' }), list.firstChild);
      item.replaceChildren(nightLink(pageOf(data, older, item.querySelector('a')), 'prev', given.before, older[1]));
    }
    const newest = document.getElementById('night-newest');
    if (newer.length) {
      const [, label] = newer[newer.length - 1];
      list.insertBefore(make('li', { id: 'night-after' },
        nightLink(pageOf(data, newer[newer.length - 1]), 'next', given.after, label)), newest);
      if (newest) {
        newest.firstChild.href = pageOf(data, newer[0]);
        newest.firstChild.title = newer[0][1];
      }
    } else if (newest) {
      newest.replaceChildren(make('span', {}, given.newest));
    }
  }

  /* Services by their titles, each with its events. */
  function listOf(path, reports) {
    const services = new Map();
    for (const row of reports) {
      const name = row[0].split('/')[0];
      services.set(name, [...(services.get(name) || []), row]);
    }
    const sorted = [...services].sort(([, a], [, b]) => a[0][1].localeCompare(b[0][1]));
    return make('ul', {}, ...sorted.map(([name, rows]) => make('li', {},
      make('a', { href: addressOf(`services/${name}`), title: given.over }, make('bdi', {}, rows[0][1])),
      ...rows.map(([own, , event]) => {
        const link = make('a', { href: addressOf(`${path}/${own}`), 'aria-label': `${rows[0][1]} ${event}` }, event);
        if (own === report)
          link.setAttribute('aria-current', 'page');
        return link;
      }))));
  }

  /* The link to the table of services becomes a list of them; it is built when it is asked for. */
  function showServices(data) {
    const place = document.getElementById('jump');
    const of = data.nights.find(([path]) => path === night) || (night ? null : data.nights[0]);
    const reports = of && reportsOf(data, of);
    if (!place || !reports || !reports.length)
      return;
    const link = place.querySelector('a'), menu = make('details', {}, make('summary', {}, link.textContent));
    const body = make('div', {}, link);
    link.textContent = given.all;
    menu.append(body);
    menu.addEventListener('toggle', () => body.append(listOf(of[0], reports)), { once: true });
    menu.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && menu.open) {
        menu.open = false;
        menu.firstChild.focus();
      }
    });
    document.addEventListener('click', (event) => {
      if (!menu.contains(event.target) || link.contains(event.target))
        menu.open = false;
    });
    place.append(menu);
  }

  /* Called by nights.js. */
  fp.nights = (data) => whenParsed(() => {
    if (night)
      showNights(data);
    showServices(data);
  });
})(globalThis.flamepress = globalThis.flamepress || {});
