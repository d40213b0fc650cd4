// Page faults of a lane's writer while it fills segments that were prepared for it, without index
// and without values that somebody makes: what is left is the segment alone.

import { LANE_POSITION, LANE_SLOT } from '../../src/control/control-block.js';
import { KIND_PUT, kindWord } from '../../src/format/operation.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { LaneWriter } from '../../src/wal/lane-writer.js';
import { prepareWanted } from '../../src/wal/prepare-segment.js';
import { LogFixture } from '../support/log-fixture.js';
import { minorFaults } from './counters.js';

export interface FillTask {
  readonly directory: string;
  readonly isMapped: boolean;
  readonly segmentBytes: number;
  /** Segments of the full length that are filled and counted. */
  readonly segments: number;
}

const RECORD_BYTES = 520;
/** What is left at the end, so that nothing rotates while faults are counted. */
const REST_BYTES = 2000;
/** The compiler has seen all of it by then. */
const WARM_UP = 2;
const GROWTH_MAX = 8;

/** Faults of each segment. */
export function fillSegments(task: FillTask): number[] {
  const { directory, isMapped, segmentBytes, segments } = task;
  const log = LogFixture.create({
    fileSystem: new NodeFileSystem(),
    directory,
    isMapped,
    segmentBytes,
    memoryBytes: segmentBytes * (segments + WARM_UP + GROWTH_MAX),
    slotsPerLane: segments + WARM_UP + GROWTH_MAX,
  });
  const { ring } = log.addLane(0);
  const writer = new LaneWriter(ring, { stamp: () => undefined, insert: () => undefined }, 1);
  const lane = log.control.laneStart(0);
  const { words } = log.control;
  const fill = (bytes: number): void => {
    while (words[lane + LANE_POSITION]! < bytes - REST_BYTES) put(writer, log.memory.words);
  };
  const faults: number[] = [];
  for (let full = 0; full < WARM_UP + segments; ) {
    fill(ring.bytesOf(words[lane + LANE_SLOT]!));
    prepareWanted(log.context, 0);
    log.sync();
    const before = words[lane + LANE_SLOT];
    while (words[lane + LANE_SLOT] === before) put(writer, log.memory.words);
    const bytes = ring.bytesOf(words[lane + LANE_SLOT]!);
    // The next standby was asked for with the rotation; it is not what is measured.
    const counted = minorFaults();
    fill(bytes);
    const count = minorFaults() - counted;
    if (bytes < segmentBytes) continue;
    full++;
    if (full > WARM_UP) faults.push(count);
  }
  ring.unmapAll();
  return faults;
}

function put(writer: LaneWriter, words: Int32Array): void {
  writer.reserve(RECORD_BYTES, false);
  const data = writer.dataStart >>> 2;
  words[data] = kindWord(KIND_PUT, 0, 4);
  words[data + 1] = RECORD_BYTES - 20;
  words.fill(7, data + 4, data + (RECORD_BYTES >>> 2));
  writer.append(RECORD_BYTES, false);
}
