// 64-bit unsigned numbers as two 32-bit words, without BigInt. Values are safe integers.

const WORD = 4294967296;

/** Largest value these functions take: Number.MAX_SAFE_INTEGER. */
export const UINT64_SAFE_MAX = Number.MAX_SAFE_INTEGER;

/** High halves below this make a safe integer with any low half. */
export const UINT64_SAFE_HIGH = 2097152;

/** Reads a u64 at `offset`; above UINT64_SAFE_MAX it is NaN, for the caller to refuse. */
export function readUint64(view: DataView, offset: number): number {
  const value = view.getUint32(offset + 4, true) * WORD + view.getUint32(offset, true);
  return value > UINT64_SAFE_MAX ? Number.NaN : value;
}

/** Writes a non-negative safe integer as u64 at `offset`. */
export function writeUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value % WORD, true);
  view.setUint32(offset + 4, Math.floor(value / WORD), true);
}

/** Reads an i64 at `offset`; a value that is not a safe integer comes back as NaN. */
export function readInt64(view: DataView, offset: number): number {
  const value = view.getInt32(offset + 4, true) * WORD + view.getUint32(offset, true);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Writes a safe integer as i64 at `offset`. */
export function writeInt64(view: DataView, offset: number, value: number): void {
  const high = Math.floor(value / WORD);
  view.setUint32(offset, value - high * WORD, true);
  view.setInt32(offset + 4, high, true);
}

/** True if the value can be written as u32 without loss. */
export function isUint32(value: number): boolean {
  return value >>> 0 === value;
}

/** The next multiple of 8, also beyond 2^31. */
export function align8(bytes: number): number {
  return bytes + (-bytes & 7);
}

/** True if bytes [start, end) are all zero. */
export function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}
