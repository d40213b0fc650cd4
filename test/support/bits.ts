// Every single-bit change of some bytes, one after the other.

/** Calls `check` for every bit of bytes [start, end) with that bit flipped, then flips it back. */
export function flipEveryBit(
  bytes: Uint8Array,
  start: number,
  end: number,
  check: (bit: string) => void,
): void {
  for (let at = start; at < end; at++) {
    for (let bit = 0; bit < 8; bit++) {
      bytes[at] = bytes[at]! ^ (1 << bit);
      check(`byte ${at}, bit ${bit}`);
      bytes[at] = bytes[at]! ^ (1 << bit);
    }
  }
}
