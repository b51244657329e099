/* The canvas: boxes and labels of a scene, at the resolution of the screen, and only the rows that are seen. */
(function (fp) {
  'use strict';

  fp.ROW = 19; /* px */
  const FONT = '12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
  const PADDING = 4;
  const LABEL_FROM = 24; /* px: three characters */

  /* Where a row of a part stands, from the top of the whole drawing. A sandwich has its function in the middle. */
  fp.rowTop = function (scene, p, row) {
    if (scene.kind === 'sandwich')
      return (scene.middle + (p.up ? -row : row)) * fp.ROW;
    return (p.up ? scene.rows - 1 - row : row) * fp.ROW;
  };

  /* Lays out all parts: sets `boxes` of each, and rows and middle of the scene. */
  fp.measure = function (scene, width) {
    scene.width = width;
    for (const p of scene.parts)
      p.boxes = fp.layOut(p, width);
    const rows = scene.parts.map((p) => p.boxes.rows);
    if (scene.kind === 'sandwich') {
      scene.middle = (rows[0] || 1) - 1;
      scene.rows = scene.middle + (rows[1] || 1);
    } else {
      scene.middle = 0;
      scene.rows = rows[0];
    }
  };

  /* { part, node } at a point of the drawing, or null. */
  fp.pick = function (scene, x, y) {
    const row = Math.floor(y / fp.ROW);
    for (const p of scene.parts) {
      let depth = p.up ? scene.rows - 1 - row : row;
      if (scene.kind === 'sandwich')
        depth = p.up ? scene.middle - row : row - scene.middle;
      const node = depth < 0 || depth >= p.boxes.rows ? fp.NONE : fp.hit(p, depth, x, scene.width);
      if (node !== fp.NONE && node !== undefined)
        return { part: p, node };
    }
    return null;
  };

  function hatchOf(context, ratio) {
    const tile = document.createElement('canvas'), size = Math.round(6 * ratio);
    tile.width = tile.height = size;
    const c = tile.getContext('2d');
    c.strokeStyle = 'rgba(0, 0, 0, 0.22)';
    c.lineWidth = ratio;
    for (const shift of [-size / 2, size / 2, size * 1.5]) {
      c.beginPath();
      c.moveTo(shift - size / 2, size);
      c.lineTo(shift + size / 2, 0);
      c.stroke();
    }
    return context.createPattern(tile, 'repeat');
  }

  fp.Painter = function (canvas, profile) {
    const context = canvas.getContext('2d');
    let cell = 7.2, ratio = 1, hatch = null;

    this.resize = function (width, height) {
      ratio = window.devicePixelRatio || 1;
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
      canvas.style.width = width + 'px';
      canvas.style.height = height + 'px';
      context.font = FONT;
      cell = context.measureText('M'.repeat(20)).width / 20;
      hatch = hatchOf(context, ratio);
    };

    /* Neighbours part by a gap where there is room for one. */
    const inner = (w) => (w > 3 ? w - 1 : w > 1.5 ? w - 0.5 : w);

    function paintBoxes(scene, p, from, to, look) {
      const { node, x, w } = p.boxes, { tree } = p;
      const hatched = [];
      for (let k = 0; k < node.length; k++) {
        const i = node[k], y = fp.rowTop(scene, p, tree.depth[i]);
        if (y + fp.ROW <= from || y >= to || (scene.kind === 'sandwich' && p.up && i === 0))
          continue;
        const found = !look.matched || look.matched[tree.name[i]];
        context.globalAlpha = found ? 1 : 0.25;
        context.fillStyle = look.fill(p, i);
        context.fillRect(x[k], y - from, inner(w[k]), fp.ROW - 1);
        if (w[k] > 6 && look.hatches && profile.names.kind[tree.name[i]] === fp.KIND.UNKNOWN)
          hatched.push(k);
      }
      context.fillStyle = hatch;
      context.globalAlpha = 0.6;
      for (const k of hatched)
        context.fillRect(x[k], fp.rowTop(scene, p, tree.depth[node[k]]) - from, inner(w[k]), fp.ROW - 1);
      context.globalAlpha = 1;
    }

    function paintLabels(scene, p, from, to, look) {
      const { node, x, w } = p.boxes, { tree } = p;
      for (let k = 0; k < node.length; k++) {
        if (w[k] < LABEL_FROM)
          continue;
        const i = node[k], y = fp.rowTop(scene, p, tree.depth[i]);
        if (y + fp.ROW <= from || y >= to || (scene.kind === 'sandwich' && p.up && i === 0))
          continue;
        const name = tree.name[i];
        const label = fp.labelFor(fp.formsOf(profile, name), Math.floor((w[k] - PADDING - 2) / cell));
        context.fillStyle = !look.matched || look.matched[name] ? profile.colours.label : look.ink;
        if (label)
          context.fillText(label, x[k] + PADDING, y - from + fp.ROW / 2);
      }
    }

    /* In the gap around the box as far as there is one: underscores stand on the box's last pixels. */
    function outline(scene, chosen, from, colour, width) {
      const { part: p, node } = chosen, k = p.boxes.node.indexOf(node);
      if (k < 0)
        return;
      const y = fp.rowTop(scene, p, p.tree.depth[node]) - from, w = Math.max(inner(p.boxes.w[k]), 2);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.strokeRect(p.boxes.x[k] + width / 2, y - 1 + width / 2, w - width, fp.ROW + 1 - width);
    }

    /*
     * Draws what lies between `from` and from + height. `look`: { fill(part, node), matched, hatches, ink, paper,
     * chosen, hovered }.
     */
    this.paint = function (scene, from, height, look) {
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, scene.width, height);
      context.font = FONT;
      context.textBaseline = 'middle';
      for (const p of scene.parts)
        paintBoxes(scene, p, from, from + height, look);
      if (scene.kind === 'sandwich') /* the function among its callers and callees */
        outline(scene, { part: scene.parts[0], node: 0 }, from, look.ink, 1);
      if (look.hovered)
        outline(scene, look.hovered, from, look.ink, 1);
      if (look.chosen) {
        outline(scene, look.chosen, from, look.paper, 3);
        outline(scene, look.chosen, from, look.ink, 2);
      }
      for (const p of scene.parts) /* over the marks */
        paintLabels(scene, p, from, from + height, look);
    };
  };
})(globalThis.flamepress = globalThis.flamepress || {});
