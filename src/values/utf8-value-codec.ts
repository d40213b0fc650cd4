// The value encoding 'utf8': strings as their UTF-8 bytes. A lone surrogate is refused, because it
// would not come back.

import { readUtf8, writeUtf8 } from '../format/utf8.js';
import { TextBuffer } from './text-buffer.js';
import { type ValueCodec, type ValueMemory, valueCorruptError, valueTypeError } from './value.js';

export class Utf8ValueCodec implements ValueCodec<string> {
  readonly name = 'utf8';
  encoded: Uint8Array = new Uint8Array(0);
  readonly encodedStart = 0;
  encodedEnd = 0;
  readonly #text = new TextBuffer();

  encode(value: string): void {
    if (typeof value !== 'string') {
      throw valueTypeError(value, `a value of the encoding 'utf8' is a string`);
    }
    const count = this.#text.encode(value);
    if (count < 0) throw new TypeError('the value has a lone surrogate, which UTF-8 cannot hold');
    this.encoded = this.#text.bytes;
    this.encodedEnd = count;
  }

  writeInto(value: string, memory: ValueMemory, start: number, limit: number): number {
    if (typeof value !== 'string') return -1;
    const end = writeUtf8(value, memory, start, limit - start);
    return end < 0 ? -1 : end - start;
  }

  decode(memory: ValueMemory, start: number, end: number): string {
    const value = readUtf8(memory, start, end);
    if (value === undefined) throw valueCorruptError('utf8', new Error('not UTF-8'));
    return value;
  }
}
