// What must hold for every page: each function returns what is wrong as sentences, none when nothing is.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

// Paths of all pages and pictures below `site`, relative, in order; `latest` is a link to a night and left out, and
// latest.html leads on to one before anybody can look at it.
function filesOf(site) {
  const found = [];
  const waiting = [''];
  while (waiting.length) {
    const folder = waiting.pop();
    for (const entry of fs.readdirSync(path.join(site, folder), { withFileTypes: true })) {
      const name = path.join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.')) waiting.push(name);
      else if (entry.isFile() && name !== 'latest.html' && /\.(html|svg)$/.test(entry.name)) found.push(name);
    }
  }
  return found.sort();
}

// The address of a file of the site below `base`, which ends in '/'.
function urlOf(base, name) {
  return base + name.split('/').map(encodeURIComponent).join('/');
}

// Does the page scroll sideways in a window of one of these widths, and because of what? The last one stays.
async function overflow(page, widths) {
  const problems = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const wide = await page.evaluate(() => {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return null;
      const beyond = [...document.body.querySelectorAll('*')].filter(
        (e) => e.getBoundingClientRect().right > root.clientWidth + 0.5);
      const worst = beyond[beyond.length - 1] || document.body;
      return `${root.scrollWidth} px because of ${worst.outerHTML.slice(0, 120)}`;
    });
    if (wide) problems.push(`at ${width} px the page is ${wide}`);
  }
  return problems;
}

async function axe(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => window.axe.run(document, {
    runOnly: tags,
    resultTypes: ['violations'],
    // an experiment of axe's, which an emoji between words confuses; svg.js looks at what it is about
    rules: { 'label-content-name-mismatch': { enabled: false } },
    preload: false, // asks for the style sheets again, by means that the pages' policy forbids
  }), WCAG);
  return found.violations.flatMap((v) => v.nodes.slice(0, 3).map(
    (n) => `axe ${v.id}: ${v.help}: ${n.html.slice(0, 160)} ${n.any.map((a) => a.message).join('; ').slice(0, 200)}`));
}

// Ids of a document, and all that it loads or leads to, with the attributes as they are written.
function anatomy(page) {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll('*')];
    const links = all.flatMap((e) => ['href', 'src', 'data', 'poster', 'action'].map((a) => e.getAttribute(a)));
    const sets = all.flatMap((e) => (e.getAttribute('srcset') || '').split(',').map((s) => s.trim().split(/\s/)[0]));
    return {
      ids: all.map((e) => e.id).filter((id) => id),
      links: [...new Set([...links, ...sets].filter((link) => link !== null && link !== ''))],
    };
  });
}

// Every link of every page: to a file of the site and, in a page, to a place that is there, once.
// `anatomies`: name of the file → what anatomy() said.
function deadLinks(site, anatomies) {
  const problems = [];
  for (const [name, { ids, links }] of Object.entries(anatomies)) {
    const twice = ids.filter((id, n) => ids.indexOf(id) < n);
    if (twice.length) problems.push(`${name}: ids twice: ${twice.slice(0, 5)}`);
    for (const link of links) {
      if (/^data:image\//.test(link)) continue; // a page with all in it
      if (/^[a-z][a-z0-9+.-]*:|^\/\/|^\//i.test(link)) {
        problems.push(`${name}: leads elsewhere: ${link}`);
        continue;
      }
      const [file, fragment] = link.split('#');
      const target = file ? path.join(path.dirname(name), decodeURIComponent(file)) : name;
      const full = path.join(site, target);
      if (target.startsWith('..') || !fs.existsSync(full) || !fs.statSync(full).isFile()) {
        problems.push(`${name}: leads to nothing: ${link}`);
        continue;
      }
      const real = path.relative(fs.realpathSync(site), fs.realpathSync(full)); // through `latest`
      if (/^(node|fn|view)=/.test(fragment)) continue; // of the page's graph, which is no place that is there
      if (fragment && anatomies[real] && !anatomies[real].ids.includes(decodeURIComponent(fragment)))
        problems.push(`${name}: no such place: ${link}`);
    }
  }
  return problems;
}

module.exports = { filesOf, urlOf, overflow, axe, anatomy, deadLinks };
