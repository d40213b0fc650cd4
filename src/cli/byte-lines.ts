// Turns bytes into lines `offset  hex  meaning`, field by field, eight bytes a line. Runs of zeros
// are folded to `00 * count`; of a long field the middle may be left out, which its own line says.
// Never reads outside of its bytes: a field that is cut off gives the lines of what is there.

const ROW_BYTES = 8;
const OFFSET_COLUMNS = 8;
const HEX_COLUMNS = ROW_BYTES * 3 - 1;
const ZERO_ROWS_FOLDED_MIN = 3;
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

export class ByteLines {
  readonly #bytes: Uint8Array;
  readonly #offset: number;
  #at = 0;

  /** Lines for `bytes`, the first of which stands at `offset` of its file. */
  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#offset = offset;
  }

  /** Bytes that no line was made for yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** Position in the bytes. */
  get at(): number {
    return this.#at;
  }

  /**
   * The little-endian number of `bytes` bytes, `ahead` bytes from here; undefined if it is cut off
   * or no safe integer.
   */
  peek(bytes: number, ahead = 0): number | undefined {
    if (ahead + bytes > this.remaining) return undefined;
    const start = this.#at + ahead;
    let value = 0;
    for (let at = start + bytes - 1; at >= start; at--) value = value * 256 + this.#bytes[at]!;
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** The next `bytes` bytes as text in quotes; '' if not all there, or not printable ASCII. */
  text(bytes: number): string {
    if (bytes > this.remaining) return '';
    let text = '';
    for (let at = this.#at; at < this.#at + bytes; at++) {
      const byte = this.#bytes[at]!;
      if (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE) return '';
      text += String.fromCharCode(byte);
    }
    return `"${text}"`;
  }

  /** Line of a number; `explain` may say what it stands for. */
  *number(bytes: number, name: string, explain?: (value: number) => string): Generator<string> {
    const value = this.peek(bytes);
    if (value === undefined) {
      yield* this.field(bytes, bytes > this.remaining ? name : `${name} (no safe integer)`);
    } else {
      yield* this.field(
        bytes,
        explain === undefined ? `${name} ${value}` : `${name} ${explain(value)}`,
      );
    }
  }

  /** Line of a signed 64-bit number. */
  *signed(name: string): Generator<string> {
    const low = this.peek(4) ?? 0;
    const high = this.peek(4, 4);
    const value = ((high ?? 0) | 0) * 4294967296 + low;
    yield* this.field(8, high === undefined ? name : `${name} ${value}`);
  }

  /** Line of a checksum. */
  *checksum(name: string): Generator<string> {
    yield* this.number(4, name, (value) => `0x${value.toString(16).padStart(8, '0')}`);
  }

  /** Lines of a field of `bytes` bytes. If there are more than `shownMax`, only its two ends. */
  *field(bytes: number, meaning: string, shownMax = Number.POSITIVE_INFINITY): Generator<string> {
    const here = Math.min(bytes, this.remaining);
    const text = here < bytes ? `${meaning} (cut off: ${here} of ${bytes} bytes)` : meaning;
    const end = this.#at + here;
    if (here === 0) {
      if (bytes > 0) yield this.#line(this.#at, '', text);
      return;
    }
    if (here <= shownMax) {
      yield* this.#rows(end, text);
      return;
    }
    const half = Math.ceil(shownMax / 2 / ROW_BYTES) * ROW_BYTES;
    yield* this.#rows(this.#at + half, text);
    const left = here - 2 * half;
    yield this.#line(this.#at, `.. * ${left}`, 'left out');
    this.#at += left;
    yield* this.#rows(end, '');
  }

  *#rows(end: number, meaning: string): Generator<string> {
    let text = meaning;
    while (this.#at < end) {
      const zeros = this.#zeroRowBytes(end);
      const count = zeros > 0 ? zeros : Math.min(ROW_BYTES, end - this.#at);
      const hex = zeros > 0 ? `00 * ${zeros}` : this.#hex(count);
      yield this.#line(this.#at, hex, text);
      text = '';
      this.#at += count;
    }
  }

  /** Bytes of the run of zeros that begins here, if it is worth folding, else 0. */
  #zeroRowBytes(end: number): number {
    let at = this.#at;
    while (at < end && this.#bytes[at] === 0) at++;
    let count = at - this.#at;
    if (at < end) count -= count % ROW_BYTES;
    return count >= ZERO_ROWS_FOLDED_MIN * ROW_BYTES ? count : 0;
  }

  #hex(count: number): string {
    const pairs: string[] = [];
    for (let at = this.#at; at < this.#at + count; at++) {
      pairs.push(this.#bytes[at]!.toString(16).padStart(2, '0'));
    }
    return pairs.join(' ');
  }

  #line(at: number, hex: string, meaning: string): string {
    const offset = String(this.#offset + at).padStart(OFFSET_COLUMNS);
    return `${offset}  ${hex.padEnd(HEX_COLUMNS)}  ${meaning}`.trimEnd();
  }
}
