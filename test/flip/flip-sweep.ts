// Flips bits of a store, one at a time, and judges what recovery and an open make of it.

import { isLaneError, LaneError } from '../../src/errors.js';
import { recover } from '../../src/recovery/recover.js';
import { openIn } from '../../src/store/open.js';
import { isSameContent } from '../power/history.js';
import { DIRECTORY, readContent, STORE_OPTIONS } from '../power/session.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import type { FlipStore } from './flip-stores.js';
import { ComparingSink, Reference } from './reference.js';
import type { Region } from './regions.js';
import { flipsOf, regionsOf } from './regions.js';

export interface SweepCounts {
  kind: string;
  bytes: number;
  flips: number;
  /** All content is there. */
  right: number;
  /** A typed error that names the file. */
  errors: number;
  /** The last group is gone, or its end, and nothing else. */
  lastGroup: number;
  /** Of the flips: opened for real. */
  opened: number;
}

export interface SweepResult {
  counts: SweepCounts[];
  violations: string[];
}

export interface SweepPart {
  /** Of so many parts this one, counted from 0. */
  part: number;
  parts: number;
  seed: number;
  /** Every n-th flip is opened for real; of every n-th byte. */
  openEvery: number;
  byteEvery: number;
}

const VIOLATIONS_MAX = 20;

/** What a damaged store gave: how many records of the reference, or an error. */
type Outcome = { records: number } | { error: LaneError };

export async function sweepFlips(store: FlipStore, part: SweepPart): Promise<SweepResult> {
  const { disk } = store;
  const reference = new Reference(disk, DIRECTORY);
  const counts = new Map<string, SweepCounts>();
  const violations: string[] = [];
  let number = 0;
  for (const region of regionsOf(disk, reference)) {
    const count = countsOf(counts, region.kind);
    for (const { offset, bit } of flipsOf(region, part.seed)) {
      if (Math.floor(offset / part.byteEvery) % part.parts !== part.part) continue;
      if (offset % part.byteEvery !== 0) continue;
      if (!region.isHeader || bit === 0) count.bytes++;
      count.flips++;
      number++;
      disk.flipBit(region.path, offset, bit);
      const problem = judgeFlip({ store, reference, region, offset }, count);
      if (problem !== undefined)
        violations.push(`${nameOf(store, region, offset, bit)}: ${problem}`);
      if (number % part.openEvery === 0) {
        count.opened++;
        const differs = await openDamaged(store, reference);
        if (differs !== undefined) {
          violations.push(`${nameOf(store, region, offset, bit)}, opened: ${differs}`);
        }
      }
      disk.flipBit(region.path, offset, bit);
      if (violations.length > VIOLATIONS_MAX) return { counts: [...counts.values()], violations };
    }
  }
  return { counts: [...counts.values()], violations };
}

interface Flip {
  store: FlipStore;
  reference: Reference;
  region: Region;
  offset: number;
}

function judgeFlip(flip: Flip, count: SweepCounts): string | undefined {
  const { reference, region, offset } = flip;
  const sink = new ComparingSink(reference);
  let outcome: Outcome;
  try {
    outcome = outcomeOf(flip.store.disk, sink);
  } catch (error) {
    return `untyped: ${error instanceof Error ? error.stack : String(error)}`;
  }
  if ('error' in outcome) {
    count.errors++;
    return judgeError(outcome.error, region, offset);
  }
  if (sink.wrongAt !== undefined) return `record ${sink.wrongAt} is another one`;
  if (outcome.records === reference.records.length) count.right++;
  else if (outcome.records >= reference.proved) count.lastGroup++;
  else return `${outcome.records} records, ${reference.proved} are proved durable`;
  return undefined;
}

function outcomeOf(disk: TestDisk, sink: ComparingSink): Outcome {
  try {
    const report = recover(disk, DIRECTORY, sink);
    if (report.problem === undefined) return { records: sink.count };
    const { code, message, file, offset } = report.problem;
    return {
      error: new LaneError(code, message, offset === undefined ? { file } : { file, offset }),
    };
  } catch (error) {
    if (isLaneError(error)) return { error };
    throw error;
  }
}

/** An error names the damaged file, and in it a place at or before the damage. */
function judgeError(error: LaneError, region: Region, offset: number): string | undefined {
  const isKnown = error.code === 'CORRUPT' || error.code === 'FORMAT_UNSUPPORTED';
  if (!isKnown) return `code ${error.code}: ${error.message}`;
  if (error.file !== region.path) return `blames ${error.file}: ${error.message}`;
  if (error.offset === undefined) return `names no offset: ${error.message}`;
  if (error.offset > offset) return `blames offset ${error.offset}: ${error.message}`;
  return undefined;
}

/** Opens the damaged store for real: the content is that of the same prefix, or the error the same. */
async function openDamaged(store: FlipStore, reference: Reference): Promise<string | undefined> {
  const sink = new ComparingSink(reference);
  const expected = outcomeOf(store.disk, sink);
  const disk = store.disk.kill();
  const before = disk.stateHash();
  try {
    const opened = await openIn(new TestEnvironment(disk), DIRECTORY, STORE_OPTIONS);
    const content = readContent(opened);
    await opened.close();
    if ('error' in expected) return `opens although ${expected.error.message}`;
    const { history } = store;
    const version = reference.versionAt(expected.records);
    const length = history.writes.filter((write) => write.version <= version).length;
    const wanted = history.contentAt(length, history.bases[0]!);
    return isSameContent(content, wanted) ? undefined : 'the content is another one';
  } catch (error) {
    if (!isLaneError(error)) return `untyped: ${String(error)}`;
    if (!('error' in expected)) return `refused: ${error.message}`;
    if (error.code !== expected.error.code) return `${error.code}, not ${expected.error.code}`;
    return disk.stateHash() === before ? undefined : 'a failed open changed the disk';
  }
}

function nameOf(store: FlipStore, region: Region, offset: number, bit: number): string {
  return `${store.name}: bit ${bit} at ${offset} of ${region.path} (${region.kind})`;
}

function countsOf(counts: Map<string, SweepCounts>, kind: string): SweepCounts {
  const known = counts.get(kind);
  if (known !== undefined) return known;
  const zero = { bytes: 0, flips: 0, right: 0, errors: 0, lastGroup: 0, opened: 0 };
  const count = { kind, ...zero };
  counts.set(kind, count);
  return count;
}
