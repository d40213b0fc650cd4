// One record of every kind and form, and records changed after they were built.

import { ERA_MAX } from '../../src/format/operation.js';
import { encodeRecord, type SampleRecord, sealRecord } from './record-codec.js';

export const BATCH: SampleRecord = {
  kind: 'batch',
  sequence: 7,
  durable: 5,
  operations: [{ key: '6131', value: '0102030405' }, { key: '6132' }, { key: '', value: '' }],
};
export const SAMPLES: SampleRecord[] = [
  { kind: 'put', sequence: 1, durable: 0, key: '616263', value: '68656c6c6f' },
  { kind: 'put', sequence: 0xffffffff, durable: 0xfffffffe, key: '', value: '' },
  { kind: 'put', sequence: 9, durable: 3, era: 2, key: '6b', value: '00ff' },
  { kind: 'delete', sequence: 2, durable: 1, key: '616263' },
  { kind: 'delete', sequence: 2, durable: 1, era: ERA_MAX, key: '' },
  BATCH,
  { ...BATCH, era: 1 },
  { kind: 'batch', sequence: 7, durable: 5, operations: [] },
  { kind: 'commit', sequence: 8, durable: 5, operations: [], commit: { offsets: {} } },
  {
    kind: 'commit',
    sequence: 8,
    durable: 5,
    era: 4,
    operations: [{ key: '6131', value: '01' }, { key: '6132' }],
    commit: { offsets: { clicks: 258 }, watermark: 1700000000000 },
  },
  { kind: 'epoch barrier', sequence: 3, durable: 0, number: 12 },
  { kind: 'checkpoint', sequence: 3, durable: 0, number: 2 ** 40 },
  { kind: 'no-op', sequence: 4, durable: 3 },
  { kind: 'entry', sequence: 4, durable: 2, value: '' },
  { kind: 'entry', sequence: 5, durable: 2, value: '68656c6c6f' },
  { kind: 'rotation trailer', sequence: 5, durable: 3, number: 2 },
  { kind: 'rotation trailer', sequence: 0, durable: 0, number: 0xffffffff },
].map((record) => {
  const isSingle = record.kind === 'put' || record.kind === 'delete';
  return (isSingle ? { key: '', ...record } : record) as SampleRecord;
});

/** A record whose bytes were changed after it was built, with a checksum that fits. */
export function changed(
  record: SampleRecord,
  at: number,
  value: number,
  bytes: 1 | 4 = 4,
): Uint8Array {
  const encoded = encodeRecord(record);
  const view = new DataView(encoded.buffer);
  if (bytes === 1) view.setUint8(at, value);
  else view.setUint32(at, value, true);
  sealRecord(encoded);
  return encoded;
}
