// A value through a codec and shared memory and back; the memory is overwritten before the result is
// looked at, so that whatever aliases it shows.

import type { ValueCodec } from '../../src/values/value.js';
import { FILLER, sharedViews, viewsHolding } from './shared-views.js';

export function encodedValue<V>(codec: ValueCodec<V>, value: V): Uint8Array {
  codec.encode(value);
  return codec.encoded.slice(codec.encodedStart, codec.encodedEnd);
}

export function decodedValue<V>(codec: ValueCodec<V>, bytes: Uint8Array): V {
  const memory = viewsHolding(bytes, 61);
  const value = codec.decode(memory, 61, 61 + bytes.length);
  memory.bytes.fill(FILLER);
  return value;
}

export function roundTrip<V>(codec: ValueCodec<V>, value: V): V {
  return decodedValue(codec, Uint8Array.from(encodedValue(codec, value)));
}

/** What writeInto writes, or undefined where it does not apply. */
export function writtenValue<V>(
  codec: ValueCodec<V>,
  value: V,
  room: number,
): Uint8Array | undefined {
  const memory = sharedViews(Math.max(8192, room + 128));
  const count = codec.writeInto(value, memory, 64, 64 + room);
  const isOutsideIntact = memory.bytes[63] === FILLER && memory.bytes[64 + room] === FILLER;
  if (!isOutsideIntact) throw new Error('written outside the room');
  return count < 0 ? undefined : memory.bytes.slice(64, 64 + count);
}
