// Everything that can be proven of a store's directory, damaged or not: which records are there,
// which of them are the store's, what is missing and where. Reads every segment once; reads them
// again to hand the records out. Never writes.

import { LaneError } from '../errors.js';
import { SUPERBLOCK_NAME, segmentName } from '../format/file-name.js';
import type { SuperblockLane } from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import type { SegmentBytes, WalReader } from '../wal/wal-reader.js';
import type { Life } from './life.js';
import { isSealed, largestEra, presentLife } from './life.js';
import { foreignLoss, segmentLosses, superblockLosses } from './losses.js';
import type { FoundSequences } from './missing.js';
import { eraOf, findSequences } from './missing.js';
import type { SalvagedFile, SalvageLoss } from './report.js';
import type { Pace, ScannedSegment, SegmentFile } from './scan-segment.js';
import { isSameSegment, SegmentScanner } from './scan-segment.js';
import { identifyStore, isLog } from './store-identity.js';

export interface Survey {
  storeId: Uint8Array;
  /** Largest era that anything in the directory states. */
  eraMax: number;
  found: FoundSequences;
  losses: SalvageLoss[];
  files: SalvagedFile[];
  /** Bytes of the segments whose records are handed out. */
  bytes: number;
  /** Why no prefix of the write order can be proven; undefined if one can. */
  unproven: SalvageLoss | undefined;
  /** Hands out the store's records, newest segments first; `era` is that of those without one. */
  read(visit: RecordVisitor): Promise<void>;
}

export type RecordVisitor = (reader: WalReader, contents: SegmentBytes, era: number) => void;

/**
 * Looks at the store in `directory`. Throws what identifyStore() throws, STORE_NOT_FOUND for a
 * store that was never finished, and what `pace` throws.
 */
export async function surveyStore(
  fileSystem: ReadOnlyFileSystem,
  directory: string,
  pace: Pace,
): Promise<Survey> {
  const identity = identifyStore(fileSystem, directory);
  const { storeId, held } = identity;
  const scanner = new SegmentScanner(fileSystem, storeId, pace);
  const segments: ScannedSegment[] = [];
  const foreign: { file: SegmentFile; loss: SalvageLoss }[] = [];
  for (const file of identity.files) {
    const loss = foreignLoss(file, storeId);
    if (loss !== undefined) foreign.push({ file, loss });
    else segments.push(await scanner.scan(file));
  }
  if (segments.some(({ hasEntries }) => hasEntries)) throw isLog(directory);
  const life = presentLife(segments, held?.block);
  const present = segments.filter((one) => !life.isBehind(one));
  const found = findSequences(present, life);
  if (identity.slots.length === 0) refuseUnfinished(directory, segments, foreign);
  const strangers = foreign.filter(({ file }) => isWithin(file, life));
  const losses = [
    ...superblockLosses(identity, life),
    ...strangers.map(({ loss }) => loss),
    ...segmentLosses(
      present,
      strangers.map(({ file }) => file.name),
      { life, found },
    ),
  ];
  const newestFirst = [...present].sort((a, b) => b.generation - a.generation);
  return {
    storeId,
    eraMax: Math.max(largestEra(segments), ...identity.slots.map(({ block }) => block?.era ?? 0)),
    found,
    losses,
    files: [
      ...segments.map((one) => describe(one, life)),
      ...foreign.map(({ file }) => describeForeign(file)),
    ].sort((a, b) => (a.file < b.file ? -1 : 1)),
    bytes: present.reduce((sum, { file }) => sum + file.length, 0),
    unproven: unprovenPrefix(losses, present, life),
    read: async (visit) => {
      for (const segment of newestFirst) {
        const era = eraOf(segment, life);
        await scanner.read(segment, (reader, contents) => visit(reader, contents, era));
      }
    },
  };
}

/** A first open that was cut off left a segment without records and no superblock: no store yet. */
function refuseUnfinished(directory: string, segments: ScannedSegment[], foreign: unknown[]): void {
  const isEmpty = segments.every(
    ({ live, control, sealed, header }) =>
      live.length + control.length + sealed.length === 0 && header !== undefined,
  );
  if (!isEmpty || foreign.length > 0) return;
  throw new LaneError('STORE_NOT_FOUND', `there is no store in ${directory}`, { file: directory });
}

/**
 * A prefix of the write order needs the superblock, which says where the live part begins, and the
 * whole sealed part before it.
 */
function unprovenPrefix(
  losses: SalvageLoss[],
  present: ScannedSegment[],
  life: Life,
): SalvageLoss | undefined {
  if (life.block === undefined) return losses.find(({ file }) => file === SUPERBLOCK_NAME);
  for (const chain of life.block.lanes) {
    const loss = sealedLoss(present, chain);
    if (loss !== undefined) return loss;
  }
  return undefined;
}

/** Where a lane's sealed segments, from the first to the live one, are not whole. */
function sealedLoss(present: ScannedSegment[], chain: SuperblockLane): SalvageLoss | undefined {
  let generation = chain.firstGeneration;
  while (generation < chain.liveGeneration) {
    const at = { lane: chain.lane, generation };
    // There may be several copies, under other names: one that is whole will do.
    const copies = present.filter((other) => isSameSegment(other, at));
    const one = copies.find(({ gaps, next }) => gaps.length === 0 && next !== 0) ?? copies[0];
    const file = one?.file.name ?? segmentName(at.lane, at.generation);
    if (one === undefined) return { file, offset: 0, reason: 'the file is missing' };
    const gap = one.gaps[0];
    if (gap !== undefined) return { file, ...gap, reason: 'no valid record' };
    if (one.next <= generation) return { file, offset: one.end, reason: 'the segment has no end' };
    generation = one.next;
  }
  return undefined;
}

function isWithin({ named }: SegmentFile, life: Life): boolean {
  return !life.isBehind({ ...named, header: undefined });
}

function describe(segment: ScannedSegment, life: Life): SalvagedFile {
  const { file, lane, generation, live, sealed, control } = segment;
  const base = eraOf(segment, life) * 2 ** 32;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const [list, offset] of [
    [live, base],
    [sealed, 0],
  ] as const) {
    for (const number of list.values) {
      first = Math.min(first, offset + number);
      last = Math.max(last, offset + number);
    }
  }
  const records = live.length + sealed.length;
  const hasRecords = records + control.length > 0;
  const presentRole = isSealed(segment) ? 'sealed' : hasRecords ? 'live' : 'empty';
  return {
    file: file.name,
    lane,
    generation,
    role: life.isBehind(segment) ? 'left behind' : presentRole,
    bytes: file.length,
    records,
    firstSequence: records === 0 ? 0 : first,
    lastSequence: last,
  };
}

function describeForeign(file: SegmentFile): SalvagedFile {
  const nothing = { records: 0, firstSequence: 0, lastSequence: 0 };
  return { file: file.name, ...file.named, role: 'foreign', bytes: file.length, ...nothing };
}
