/*
 * The graph in the page. Parts of one script, joined by the build; each adds to the one global name `flamepress` and
 * uses the others only when called, so their order does not matter. profile.js, after it, calls flamepress.profile().
 *
 * This part: the text of profile.js → names and columns. The format: src/report/profile_script.h.
 */
(function (fp) {
  'use strict';

  const KINDS = 9;
  const CHANGE_STEPS = 5;
  const FLAG_BEFORE = 1, FLAG_ICICLE = 2, FLAG_BY_VALUE = 4, FLAG_ORANGE_BLUE = 8;

  fp.KIND = { APPLICATION: 0, LIBRARY: 1, KERNEL: 2, CUDA: 3, THREAD: 4, PROCESS: 5, HOST: 6, OBJECT: 7, UNKNOWN: 8 };
  fp.NONE = 0xffffffff;

  function bytesOfBase64(text) {
    if (Uint8Array.fromBase64)
      return Uint8Array.fromBase64(text);
    const binary = atob(text), bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++)
      bytes[i] = binary.charCodeAt(i);
    return bytes;
  }

  fp.unpack = async function (text) {
    const packed = new Blob([bytesOfBase64(text)]);
    const stream = packed.stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  /* A cursor over the bytes; reading beyond the end is an error, not zeros. */
  function reader(bytes) {
    let at = 0;

    function need(n) {
      if (at + n > bytes.length)
        throw new Error('profile.js ends too early');
    }

    function varint() {
      let value = 0, scale = 1, byte;
      do {
        need(1);
        byte = bytes[at++];
        value += (byte & 0x7f) * scale; /* not shifts: values go beyond 32 bits */
        scale *= 128;
      } while (byte & 0x80);
      return value;
    }

    function take(n) {
      need(n);
      at += n;
      return bytes.subarray(at - n, at);
    }

    /* `n` varints, each times `factor`, into `column` from `first` on. */
    function varints(column, first, n, factor) {
      let i = first;
      const end = first + n;
      need(n);
      while (i < end) {
        const byte = bytes[at];
        if (byte < 0x80) { /* nearly all */
          column[i++] = byte * factor;
          at++;
        } else {
          column[i++] = varint() * factor;
        }
        if (at > bytes.length)
          throw new Error('profile.js ends too early');
      }
      return column;
    }

    return { varint, take, varints };
  }

  function readColours(from, flags) {
    const hex = () => '#' + Array.from(from.take(3), (b) => b.toString(16).padStart(2, '0')).join('');
    const list = (n) => Array.from({ length: n }, hex);
    const label = hex(), kinds = list(KINDS);
    const redBlue = list(2 * CHANGE_STEPS + 1), orangeBlue = list(2 * CHANGE_STEPS + 1);
    return { label, kinds, changes: flags & FLAG_ORANGE_BLUE ? orangeBlue : redBlue };
  }

  /* Names stay bytes until they are shown or searched: most never are. */
  function readNames(from, count) {
    const shared = from.varints(new Uint32Array(count), 0, count, 1);
    const length = from.varints(new Uint32Array(count), 0, count, 1);
    const offset = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++)
      offset[i + 1] = offset[i] + shared[i] + length[i];
    const pool = new Uint8Array(offset[count]);
    for (let i = 0; i < count; i++) {
      if (i)
        pool.copyWithin(offset[i], offset[i - 1], offset[i - 1] + shared[i]);
      pool.set(from.take(length[i]), offset[i] + shared[i]);
    }
    const kind = from.take(count).slice();
    const rgb = [from.take(count).slice(), from.take(count).slice(), from.take(count).slice()];
    const decoder = new TextDecoder(), texts = new Array(count);
    const bytes = (i) => pool.subarray(offset[i], offset[i + 1]);
    const text = (i) => {
      if (texts[i] === undefined)
        texts[i] = decoder.decode(bytes(i));
      return texts[i];
    };
    return { count, kind, rgb, bytes, text };
  }

  function readNameColumn(from, count, nameCount) {
    const column = new Uint32Array(count);
    for (let shift = 0; shift === 0 || (shift < 32 && (nameCount - 1) >>> shift); shift += 8) {
      const plane = from.take(count);
      for (let i = 0; i < count; i++)
        column[i] |= plane[i] << shift;
    }
    for (let i = 0; i < count; i++)
      if (column[i] >= nameCount)
        throw new Error('profile.js names a name that is not there');
    return column;
  }

  /* Levels up from the node before → parent and depth. */
  function readShape(from, count) {
    const parent = new Uint32Array(count), depth = new Uint32Array(count);
    const up = from.varints(new Uint32Array(count), 1, count - 1, 1);
    parent[0] = fp.NONE;
    for (let i = 1; i < count; i++) {
      let at = i - 1;
      for (let k = up[i]; k > 0 && at !== fp.NONE; k--)
        at = parent[at];
      if (at === fp.NONE)
        throw new Error('profile.js has a node above the root');
      parent[i] = at;
      depth[i] = depth[at] + 1;
    }
    return { parent, depth };
  }

  function readRaw(from, count) {
    const nodes = from.varints(new Uint32Array(count), 0, count, 1);
    const names = from.varints(new Uint32Array(count), 0, count, 1);
    const raw = new Map();
    for (let i = 0, node = 0; i < count; i++) {
      node += nodes[i];
      raw.set(node, names[i]);
    }
    return raw;
  }

  /*
   * bytes → { unit, on, fixed, icicle, byValue, whole, beforeWhole, colours, names, tree, raw }. `tree` is as
   * fp.finishTree leaves it; `raw` says under which name a node was recorded, where it is not the one it goes by.
   */
  fp.decode = function (bytes) {
    const from = reader(bytes);
    if (String.fromCharCode(...from.take(4)) !== 'fpp1')
      throw new Error('profile.js is of another version than the script beside it');
    const [unit, on, fixed, flags, whole, beforeWhole, factor, nameCount, count, rawCount] =
      Array.from({ length: 10 }, from.varint);
    const colours = readColours(from, flags);
    const names = readNames(from, nameCount);
    const { parent, depth } = readShape(from, count);
    const name = readNameColumn(from, count, nameCount);
    const self = from.varints(new Float64Array(count), 0, count, factor);
    const beforeSelf = flags & FLAG_BEFORE ? from.varints(new Float64Array(count), 0, count, factor) : null;
    return {
      unit, on, fixed, whole, beforeWhole, colours, names,
      icicle: Boolean(flags & FLAG_ICICLE), byValue: Boolean(flags & FLAG_BY_VALUE),
      raw: readRaw(from, rawCount),
      tree: fp.finishTree({ count, parent, depth, name, self, beforeSelf, origin: null }),
    };
  };
})(globalThis.flamepress = globalThis.flamepress || {});
