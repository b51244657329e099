/* The graph as an element: a canvas that scrolls, its tooltip, pointer and keys. What to do about them is told. */
(function (fp) {
  'use strict';

  const LEAST_ROWS = 14;
  const MOST_HEIGHT = 0.85; /* of the window */

  /*
   * `on`: { choose(target, announce), activate(target), out(), home(), sibling(step), match(step), search() },
   * targets as of fp.pick. `tip(target)`: nodes for the tooltip.
   */
  fp.Graph = function (profile, words, on, tip) {
    const canvas = fp.el('canvas', { 'aria-hidden': 'true' });
    const sheet = fp.el('div', { class: 'viewer-sheet' }, canvas);
    const keys = fp.el('p', { class: 'hidden', id: 'viewer-keys' }, words.keys);
    const box = fp.el('div', { class: 'viewer-graph', tabindex: '0', role: 'application', 'aria-label': words.graph,
      'aria-describedby': 'viewer-keys' }, sheet);
    const tooltip = fp.el('div', { class: 'viewer-tip', 'aria-hidden': 'true', hidden: true });
    const cue = (edge) => fp.el('div', { class: `viewer-cue viewer-cue-${edge}`, 'aria-hidden': 'true', hidden: true }, fp.el('span'));
    const cues = { above: cue('above'), below: cue('below') };
    const painter = new fp.Painter(canvas, profile);
    let scene = null, look = {}, waiting = false, height = 0;

    this.element = fp.el('div', { class: 'viewer-stage' }, keys, box, cues.above, cues.below, tooltip);

    function paintNow() {
      waiting = false;
      if (scene && scene.parts.length)
        painter.paint(scene, box.scrollTop, height, look);
    }

    /* What the box cuts off is counted at its edges: not every scroll bar is seen. */
    function showCues() {
      const last = scene.parts.length ? scene.rows : 0;
      const hidden = { above: box.scrollTop / fp.ROW, below: last - (box.scrollTop + height) / fp.ROW };
      for (const [edge, element] of Object.entries(cues)) {
        const rows = last ? Math.round(hidden[edge]) : 0;
        element.hidden = rows < 1;
        element.firstChild.textContent = rows < 1 ? '' : fp.fill(words[edge], { rows: fp.counted(rows, words.row, words.rows) });
      }
    }

    function repaint() {
      if (!waiting) {
        waiting = true;
        requestAnimationFrame(paintNow);
      }
    }

    function fit() {
      const all = scene.rows * fp.ROW;
      const most = Math.max(LEAST_ROWS * fp.ROW, Math.floor(window.innerHeight * MOST_HEIGHT));
      height = Math.min(Math.max(all, height, Math.min(LEAST_ROWS * fp.ROW, all)), most);
      if (all < height)
        height = Math.max(all, LEAST_ROWS * fp.ROW);
      box.style.height = height + 'px';
      sheet.style.height = Math.max(all, height) + 'px';
      painter.resize(scene.width, height);
    }

    /* Draws another scene. `keep`: the reader is where he was; else the zoomed frame, or the root, comes into view. */
    this.show = function (made, how, keep) {
      scene = made;
      look = how;
      fp.measure(scene, Math.max(50, box.clientWidth));
      if (!scene.parts.length) {
        sheet.style.height = box.style.height = LEAST_ROWS * fp.ROW + 'px';
        showCues();
        return;
      }
      fit();
      if (box.clientWidth > 0 && box.clientWidth !== scene.width) { /* a scroll bar has come */
        fp.measure(scene, box.clientWidth);
        fit();
      }
      if (!keep)
        reveal(scene.parts[0], scene.parts[0].zoom, true);
      showCues();
      paintNow();
    };

    /* Scrolls until a row is seen, clear of the edges; a scene of its own begins at its root's end. */
    function reveal(p, node, first) {
      const y = fp.rowTop(scene, p, p.tree.depth[node]);
      if (first && scene.kind === 'sandwich')
        box.scrollTop = y - height / 2;
      else if (first && p.up)
        box.scrollTop = y + 2 * fp.ROW - height;
      else if (first)
        box.scrollTop = y - 2 * fp.ROW;
      else if (y < box.scrollTop + fp.ROW)
        box.scrollTop = y - fp.ROW;
      else if (y + 2 * fp.ROW > box.scrollTop + height)
        box.scrollTop = y + 2 * fp.ROW - height;
    }
    this.reveal = (target) => reveal(target.part, target.node, false);

    this.look = function (how) {
      look = how;
      repaint();
    };

    /* ---- pointer ---- */

    function target(event) {
      const at = canvas.getBoundingClientRect();
      return scene && scene.parts.length
        ? fp.pick(scene, event.clientX - at.left, event.clientY - at.top + box.scrollTop) : null;
    }

    function hideTip() {
      tooltip.hidden = true;
      box.style.cursor = 'default';
      if (look.hovered) {
        look.hovered = null;
        repaint();
      }
    }

    function placeTip(event) {
      const margin = 14, { innerWidth, innerHeight } = window;
      const x = event.clientX + margin + tooltip.offsetWidth > innerWidth
        ? Math.max(4, event.clientX - margin - tooltip.offsetWidth) : event.clientX + margin;
      const y = event.clientY + margin + tooltip.offsetHeight > innerHeight
        ? Math.max(4, event.clientY - margin - tooltip.offsetHeight) : event.clientY + margin;
      tooltip.style.left = x + 'px';
      tooltip.style.top = y + 'px';
    }

    box.addEventListener('pointermove', (event) => {
      const now = target(event);
      if (!now) {
        hideTip();
        return;
      }
      if (!look.hovered || look.hovered.part !== now.part || look.hovered.node !== now.node) {
        look.hovered = now;
        tooltip.replaceChildren(...tip(now));
        repaint();
      }
      box.style.cursor = 'pointer';
      tooltip.hidden = event.pointerType === 'touch';
      placeTip(event);
    });
    box.addEventListener('pointerleave', hideTip);
    box.addEventListener('scroll', () => {
      tooltip.hidden = true;
      showCues();
      repaint();
    });
    box.addEventListener('click', (event) => {
      const now = target(event);
      if (!now)
        return;
      on.choose(now, false);
      on.activate(now);
    });

    /* ---- keys ---- */

    /* Boxes of a row from left to right. */
    function rowOf(p, depth) {
      const found = [];
      p.boxes.node.forEach((node, k) => {
        if (p.tree.depth[node] === depth)
          found.push({ node, x: p.boxes.x[k], w: p.boxes.w[k] });
      });
      return found.sort((a, b) => a.x - b.x);
    }

    function widestChild(p, node) {
      let best = null;
      for (const at of rowOf(p, p.tree.depth[node] + 1))
        if (p.tree.parent[at.node] === node && (!best || at.w > best.w))
          best = at;
      return best && { part: p, node: best.node };
    }

    /* In a sandwich the function belongs to both halves. */
    function vertical(chosen, up) {
      let { part: p } = chosen;
      const { node } = chosen;
      if (scene.kind === 'sandwich' && node === 0)
        p = scene.parts[up ? 0 : 1];
      if (p.up === up)
        return widestChild(p, node);
      return node === 0 ? null : { part: p, node: p.tree.parent[node] };
    }

    function sideways(chosen, step) {
      const { part: p, node } = chosen, row = rowOf(p, p.tree.depth[node]);
      const at = row.findIndex((box_) => box_.node === node) + step;
      return row[at] ? { part: p, node: row[at].node } : null;
    }

    function walk(key) {
      const chosen = look.chosen || { part: scene.parts[0], node: scene.parts[0].zoom };
      if (!look.chosen)
        return chosen;
      if (key === 'ArrowUp' || key === 'ArrowDown')
        return vertical(chosen, key === 'ArrowUp');
      return sideways(chosen, key === 'ArrowLeft' ? -1 : 1);
    }

    const commands = {
      Enter: () => look.chosen && on.activate(look.chosen),
      Escape: () => on.out(),
      Home: () => on.home(),
      n: () => on.match(1),
      N: () => on.match(-1),
      p: () => on.match(-1),
      '/': () => on.search(),
    };

    box.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || !scene || !scene.parts.length)
        return;
      const arrow = /^Arrow/.test(event.key);
      if (arrow && event.shiftKey) {
        on.sibling(event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 1);
      } else if (arrow) {
        const next = walk(event.key);
        if (next)
          on.choose(next, true);
      } else if (Object.hasOwnProperty.call(commands, event.key)) {
        commands[event.key]();
      } else {
        return;
      }
      event.preventDefault();
    });

    /* ---- size ---- */

    this.onresize = function (changed) {
      let width = box.clientWidth;
      new ResizeObserver(() => {
        if (box.clientWidth !== width && box.clientWidth > 0) {
          width = box.clientWidth;
          changed();
        }
      }).observe(box);
      window.addEventListener('resize', changed); /* the height, and the resolution when the page is zoomed */
    };

    this.focus = () => box.focus({ preventScroll: true });
  };

  /* The page at its graph, controls and all. */
  fp.comeIntoView = () => document.getElementById('graph').scrollIntoView({ block: 'start' });
})(globalThis.flamepress = globalThis.flamepress || {});
