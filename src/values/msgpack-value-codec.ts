// The value encoding 'msgpack': what was put in comes back, or is refused; docs/value-encodings.md.
// The packer works on memory of its own, never on shared memory: it aliases what it decodes, reads
// past the end of damaged bytes, and one of its ways to read text refuses shared memory.

import { Packr, RESERVE_START_SPACE, REUSE_BUFFER_MODE } from 'msgpackr';

import { type ElementCount, needsWideForm } from './msgpack-inspector.js';
import { narrow, widen } from './msgpack-wide-form.js';
import { type ValueCodec, type ValueMemory, valueCorruptError, valueTypeError } from './value.js';

/** First byte of the wide form: the one byte with which no MessagePack begins. */
const WIDE_FORM = 0xc1;
const SCRATCH_BYTES = 16 * 1024;

/** What the packer returns in its mode without a view per call. */
type PackedBuffer = Buffer & { readonly start: number; readonly end: number };

export class MsgpackValueCodec implements ValueCodec<unknown> {
  readonly name = 'msgpack';
  encoded: Uint8Array = new Uint8Array(0);
  encodedStart = 0;
  encodedEnd = 0;
  readonly #packr = new Packr({ ...PACKER_OPTIONS });
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  readonly #count: ElementCount = { elements: 0 };

  encode(value: unknown): void {
    if (value === undefined) throw valueTypeError(value, '');
    this.#count.elements = 0;
    const isWide = needsWideForm(value, 0, this.#count);
    const packed = isWide ? this.#packWide(value) : this.#pack(value, REUSE_BUFFER_MODE);
    this.encoded = packed;
    this.encodedStart = packed.start;
    this.encodedEnd = packed.end;
  }

  /** Members of objects may be getters: code of the caller. */
  writeInto(): number {
    return -1;
  }

  decode(memory: ValueMemory, start: number, end: number): unknown {
    const count = end - start;
    const source = count <= SCRATCH_BYTES ? this.#scratch : Buffer.allocUnsafeSlow(count);
    memory.buffer.copy(source, 0, start, end);
    try {
      if (count === 0) throw new Error('there are none');
      const isWide = source[0] === WIDE_FORM;
      const value: unknown = this.#packr.unpack(source, { start: isWide ? 1 : 0, end: count });
      if (!isWide) return value;
      return narrow(value);
    } catch (error) {
      throw valueCorruptError('msgpack', error);
    }
  }

  #packWide(value: unknown): PackedBuffer {
    const packed = this.#pack(widen(value), REUSE_BUFFER_MODE | RESERVE_START_SPACE | 1);
    packed[packed.start] = WIDE_FORM;
    return packed;
  }

  #pack(value: unknown, mode: number): PackedBuffer {
    return this.#packr.pack(value, mode) as PackedBuffer;
  }
}

const PACKER_OPTIONS = {
  useRecords: false,
  moreTypes: true,
  structuredClone: false,
  variableMapSize: true,
  copyBuffers: true,
  useToJSON: false,
  writeFunction: refuseFunction,
};

/** Reached only by a getter that gave something else when the value was inspected. */
function refuseFunction(): never {
  throw new TypeError('the value contains a function, which cannot be stored');
}
