/*
 * Node ids: the UUIDv5 (RFC 4122, name space OID) of the names from below the root down to a node, joined by ';', as
 * the program and DeepFlow have them (src/profile/node_id.h). Computed here when they are needed, so they are not sent.
 * An own SHA-1 (FIPS 180-4), because the browser's is not there on pages from file://; and it can be continued: the
 * state after a path is the beginning of all paths below it.
 */
(function (fp) {
  'use strict';

  const NAMESPACE = [0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
  const SEMICOLON = [0x3b];
  const words = new Int32Array(80); /* of the block at hand: nothing outlives a call */

  function newState() {
    return { h: Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0),
      block: new Uint8Array(64), length: 0 };
  }

  function copyState(to, from) {
    to.h.set(from.h);
    to.block.set(from.block);
    to.length = from.length;
    return to;
  }

  function compress(h, block) {
    for (let i = 0; i < 16; i++)
      words[i] = block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
    for (let i = 16; i < 80; i++) {
      const x = words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16];
      words[i] = x << 1 | x >>> 31;
    }
    let [a, b, c, d, e] = h;
    for (let i = 0; i < 80; i++) {
      let f;
      if (i < 20)
        f = (b & c | ~b & d) + 0x5a827999;
      else if (i < 40)
        f = (b ^ c ^ d) + 0x6ed9eba1;
      else if (i < 60)
        f = (b & c | b & d | c & d) + 0x8f1bbcdc;
      else
        f = (b ^ c ^ d) + 0xca62c1d6;
      const next = ((a << 5 | a >>> 27) + f + e + words[i]) | 0;
      e = d;
      d = c;
      c = b << 30 | b >>> 2;
      b = a;
      a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
  }

  function update(state, bytes) {
    let used = state.length % 64;
    for (let i = 0; i < bytes.length; i++) {
      state.block[used++] = bytes[i];
      if (used === 64) {
        compress(state.h, state.block);
        used = 0;
      }
    }
    state.length += bytes.length;
    return state;
  }

  /* The digest's first four words; the state is used up. */
  function finish(state) {
    const bits = state.length * 8, used = state.length % 64;
    state.block[used] = 0x80;
    state.block.fill(0, used + 1);
    if (used >= 56) {
      compress(state.h, state.block);
      state.block.fill(0);
    }
    const high = Math.floor(bits / 0x100000000);
    for (let i = 0; i < 4; i++) {
      state.block[56 + i] = high >>> (24 - 8 * i);
      state.block[60 + i] = bits >>> (24 - 8 * i);
    }
    compress(state.h, state.block);
    state.h[1] = state.h[1] & 0xffff0fff | 0x5000; /* version 5 */
    state.h[2] = state.h[2] & 0x3fffffff | 0x80000000; /* the variant of RFC 4122 */
    return state.h;
  }

  function format(h) {
    const hex = Array.from(h.subarray(0, 4), (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  function parse(text) {
    if (!UUID.test(text))
      return null;
    const hex = text.replace(/-/g, '');
    return Int32Array.from([0, 8, 16, 24], (at) => parseInt(hex.slice(at, at + 8), 16) | 0);
  }

  /* Names as they were recorded: ids are of these. */
  const nameOf = (profile, tree, node) => {
    const raw = profile.raw.get(fp.originOf(tree, node));
    return profile.names.bytes(raw === undefined ? tree.name[node] : raw);
  };

  function descend(profile, tree, state, node) {
    if (tree.depth[node] > 1)
      update(state, SEMICOLON);
    return update(state, nameOf(profile, tree, node));
  }

  /* Of a node of the profile's own tree; '' for the root, which has none. */
  fp.nodeId = function (profile, node) {
    if (node === 0)
      return '';
    const state = update(newState(), NAMESPACE);
    for (const i of fp.pathTo(profile.tree, node).slice(1))
      descend(profile, profile.tree, state, i);
    return format(finish(state));
  };

  /*
   * The node of `tree` with an id: each path is hashed once, in order, until it is found. A generator, so that a page
   * stays alive meanwhile: it yields now and then, and returns the node or fp.NONE.
   */
  fp.findNode = function* (profile, tree, id) {
    const wanted = parse(id);
    if (!wanted)
      return fp.NONE;
    const levels = [update(newState(), NAMESPACE)], last = newState();
    for (let i = 1; i < tree.count; i++) {
      const depth = tree.depth[i];
      const state = levels[depth] || (levels[depth] = newState());
      descend(profile, tree, copyState(state, levels[depth - 1]), i);
      const h = finish(copyState(last, state));
      if (h[0] === wanted[0] && h[1] === wanted[1] && h[2] === wanted[2] && h[3] === wanted[3])
        return i;
      if (i % 8192 === 0)
        yield i;
    }
    return fp.NONE;
  };

  /* The node of the profile with an id: of its own paths, or of those that the rest of the page shows, which are after
   * the transforms that were asked for. */
  fp.findAnywhere = function* (profile, id) {
    const node = yield* fp.findNode(profile, profile.tree, id);
    if (node !== fp.NONE || !profile.on)
      return node;
    const { tree } = fp.applySwitches(profile, profile.on), shown = yield* fp.findNode(profile, tree, id);
    return shown === fp.NONE ? shown : fp.originOf(tree, shown);
  };
})(globalThis.flamepress = globalThis.flamepress || {});
