// The value encoding 'json': what JSON.stringify makes of a value, with its rules: members that are
// undefined or functions are left out, a Date becomes a string, NaN becomes null.

import { readUtf8 } from '../format/utf8.js';
import { TextBuffer } from './text-buffer.js';
import { type ValueCodec, type ValueMemory, valueCorruptError, valueTypeError } from './value.js';

export class JsonValueCodec implements ValueCodec<unknown> {
  readonly name = 'json';
  encoded: Uint8Array = new Uint8Array(0);
  readonly encodedStart = 0;
  encodedEnd = 0;
  readonly #text = new TextBuffer();

  encode(value: unknown): void {
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) throw valueTypeError(value, 'JSON has no form for it');
    // JSON.stringify escapes lone surrogates, so there are none.
    this.encodedEnd = this.#text.encode(text);
    this.encoded = this.#text.bytes;
  }

  /** JSON.stringify may run code of the caller. */
  writeInto(): number {
    return -1;
  }

  decode(memory: ValueMemory, start: number, end: number): unknown {
    const text = readUtf8(memory, start, end);
    if (text === undefined) throw valueCorruptError('json', new Error('not UTF-8'));
    try {
      return JSON.parse(text);
    } catch (error) {
      throw valueCorruptError('json', error);
    }
  }
}
