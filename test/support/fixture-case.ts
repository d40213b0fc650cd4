// What a recovery fixture is, and the parts that many of them are built from. Nothing here depends on
// time or chance: the same source gives the same bytes.

import { LogBuilder, type LogBuilderOptions, type SegmentBuilder } from './log-builder.js';

export interface FixtureCase {
  name: string;
  /** What happened to the store, one line. */
  damage: string;
  /** What recovery has to say, one line. */
  outcome: string;
  /** Why the case is there, a paragraph. */
  reason: string;
  files: () => Map<string, Uint8Array>;
}

export const LANE_0 = { lane: 0, generation: 1 };

/** A log and its first segment. */
export function beginLog(options: LogBuilderOptions & { generation?: number } = {}): {
  log: LogBuilder;
  first: SegmentBuilder;
} {
  const log = new LogBuilder(options);
  return { log, first: log.segment({ generation: options.generation ?? 1 }) };
}

/** Puts of `city-0001`, `city-0002` and so on, `count` of them from number `from`. */
export function putCities(
  log: LogBuilder,
  segment: SegmentBuilder,
  from: number,
  count: number,
): void {
  for (let number = from; number < from + count; number++) {
    const key = `city-${String(number).padStart(4, '0')}`;
    log.put(segment, key, { number, inhabitants: (number * 7919) % 100003 });
  }
}

/** Records of every kind that a user's calls make. */
export function putVariety(log: LogBuilder, segment: SegmentBuilder): void {
  log.put(segment, 'alpha', 1);
  log.put(segment, ['user', 42, 'name'], 'Ada');
  log.put(segment, 7n, new Date(0));
  log.sync();
  log.put(segment, '', 'the empty key');
  log.batch(segment, [
    ['beta', [1, 2, 3]],
    ['gamma', null],
    ['alpha', undefined],
  ]);
  log.commit(segment, { offsets: { orders: 17, 'orders-eu': 4 }, watermark: -5 }, [
    ['delta', { a: { b: 'c' } }],
  ]);
  log.commit(segment, { offsets: {} });
  log.delete(segment, 'beta');
  log.control(segment, 'epoch barrier', 2);
  log.control(segment, 'checkpoint', 4294967299);
  log.put(segment, Uint8Array.of(0, 255, 27), 'bytes as a key');
  log.sync();
}
