// The key encoding 'utf8': strings as their UTF-8 bytes, in the order of their code points. Takes
// nothing but strings, and no lone surrogates.

import { readUtf8, UTF8_LONE_SURROGATE, writeUtf8 } from '../format/utf8.js';
import { keyCorruptError, keySizeError, keyTypeError, loneSurrogateError } from './describe-key.js';
import { KEY_BYTES_MAX, type KeyCodec, type KeyMemory, zeroToWord } from './key.js';

export class Utf8KeyCodec implements KeyCodec<string> {
  readonly name = 'utf8';

  encode(key: string, memory: KeyMemory, start: number): number {
    if (typeof key !== 'string') {
      throw keyTypeError(key, `a key of the encoding 'utf8' is a string`, false);
    }
    const end = writeUtf8(key, memory, start, KEY_BYTES_MAX);
    if (end < 0) {
      if (end === UTF8_LONE_SURROGATE) throw loneSurrogateError(key);
      throw keySizeError(key, String(Buffer.byteLength(key, 'utf8')));
    }
    zeroToWord(memory.bytes, end);
    return end - start;
  }

  encodePrefix(prefix: string, memory: KeyMemory, start: number): number {
    return this.encode(prefix, memory, start);
  }

  decode(memory: KeyMemory, start: number, end: number): string {
    const key = end - start > KEY_BYTES_MAX ? undefined : readUtf8(memory, start, end);
    if (key === undefined) throw keyCorruptError('utf8', 'not UTF-8, or too many');
    return key;
  }
}
