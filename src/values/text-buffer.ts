// Text encoded as UTF-8 into a buffer that is used again. Owner: one codec. The bytes stand until
// the next call of `encode`; a very large text is not kept in memory longer than that.

import { UTF8_LONE_SURROGATE, writeUtf8 } from '../format/utf8.js';

const BYTES_MIN = 4096;
const BYTES_KEPT_MAX = 1024 * 1024;
const UTF8_BYTES_PER_UNIT_MAX = 3;

export class TextBuffer {
  bytes = Buffer.allocUnsafeSlow(BYTES_MIN);

  /** Returns the number of bytes, or -1 for a text with a lone surrogate. */
  encode(text: string): number {
    const room = text.length * UTF8_BYTES_PER_UNIT_MAX;
    if (room > this.bytes.length || this.bytes.length > BYTES_KEPT_MAX) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(room, BYTES_MIN));
    }
    const { bytes } = this;
    const end = writeUtf8(text, { bytes, buffer: bytes }, 0, bytes.length);
    return end === UTF8_LONE_SURROGATE ? -1 : end;
  }
}
