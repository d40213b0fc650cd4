// A lane with a small ring on the simulated disk, and how to fill it.

import { LANE_FIRST_GENERATION, LANE_ROTATIONS } from '../../src/control/control-block.js';
import { LogFixture, type LogFixtureOptions, type TestLane } from './log-fixture.js';
import { TestDisk } from './test-disk.js';

export function beginRing(
  options: Omit<LogFixtureOptions, 'fileSystem'> = {},
  diskOptions: { capacityBytes?: number } = {},
): { disk: TestDisk; log: LogFixture; lane: TestLane } {
  const disk = new TestDisk({ seed: 1, ...diskOptions });
  disk.makeDirectory('/store');
  const log = LogFixture.create({ fileSystem: disk, ...options });
  return { disk, log, lane: log.addLane(0) };
}

/** Writes until the lane has rotated. */
export function fillSegment(lane: TestLane, name: string, valueBytes = 1000): number {
  const before = lane.word(LANE_ROTATIONS);
  let written = 0;
  while (lane.word(LANE_ROTATIONS) === before) {
    lane.put(`${name} ${written++}`, Buffer.alloc(valueBytes, written));
  }
  return written;
}

/** Where reading of a lane's files begins. */
export function firstOf(lane: TestLane): {
  directory: string;
  storeId: Uint8Array;
  lane: number;
  generation: number;
} {
  const { directory, storeId } = lane.log.shape;
  return { directory, storeId, lane: lane.lane, generation: lane.word(LANE_FIRST_GENERATION) };
}
