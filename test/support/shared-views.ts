// Shared memory as the codecs of keys and values see it, filled with a pattern that no codec writes.

/** Three views over the same shared memory. */
export interface SharedViews {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly buffer: Buffer;
}

export const FILLER = 0xee;

export function sharedViews(byteCount = 8192): SharedViews {
  const memory = new SharedArrayBuffer((byteCount + 7) & ~7);
  const views = {
    bytes: new Uint8Array(memory),
    words: new Int32Array(memory),
    buffer: Buffer.from(memory),
  };
  views.bytes.fill(FILLER);
  return views;
}

/** Bytes of shared memory as an own copy. */
export function bytesOf(views: SharedViews, start: number, end: number): Buffer {
  return Buffer.from(views.bytes.slice(start, end));
}

/** Shared memory that holds exactly these bytes at `start`, and the filler around them. */
export function viewsHolding(bytes: Uint8Array, start = 64): SharedViews {
  const views = sharedViews(Math.max(8192, start + bytes.length + 64));
  views.bytes.set(bytes, start);
  return views;
}
