// Tears the last group of a log in every way a cut can: at every byte, from both ends, over every mix of
// its last sectors, and with other content behind every sector. What was durable before must come back,
// whole records of the group may, in order; nothing else does, and recovery never refuses.

import { isLaneError } from '../../src/errors.js';
import { recover } from '../../src/recovery/recover.js';
import { LaneStore } from '../power/lane-store.js';
import { DIRECTORY } from '../power/session.js';
import { Choices } from '../support/choices.js';
import { TestDisk } from '../support/test-disk.js';
import { ComparingSink, Reference } from './reference.js';

export const TORN_NAMES = [
  'fresh',
  'rotated',
  'two lanes',
  'recycled',
  'recycled, rotated',
] as const;
export type TornName = (typeof TORN_NAMES)[number];

export interface TornCounts {
  name: TornName;
  /** Bytes of the last group. */
  bytes: number;
  /** States by the way they were made. */
  atBytes: number;
  mixes: number;
  fills: number;
  /** States in which a part of the group came back. */
  partly: number;
}

export interface TornResult {
  counts: TornCounts;
  violations: string[];
}

const SECTOR_BYTES = 512;
const MIXED_SECTORS_MAX = 8;
const VIOLATIONS_MAX = 20;

/** A group that is in flight: the files before it and with all of it. */
interface Torn {
  readonly disk: TestDisk;
  readonly before: Map<string, Uint8Array>;
  readonly after: Map<string, Uint8Array>;
  readonly reference: Reference;
  /** Records of the reference that were durable before. */
  readonly durable: number;
}

/** Changed sectors of all files. */
interface Sector {
  readonly path: string;
  readonly start: number;
}

/** With `every` above 1 only each n-th byte is torn at. */
export function sweepTorn(name: TornName, seed: number, every = 1): TornResult {
  const torn = makeTorn(name, new Choices(seed), seed);
  const sectors = changedSectors(torn);
  const bytes = sectors.length * SECTOR_BYTES;
  const counts: TornCounts = { name, bytes, atBytes: 0, mixes: 0, fills: 0, partly: 0 };
  const violations: string[] = [];
  const check = (how: string, files: Map<string, Uint8Array>) => {
    if (violations.length > VIOLATIONS_MAX) return;
    for (const [path, content] of files) torn.disk.writeFileRaw(path, content);
    const problem = judge(torn, counts);
    if (problem !== undefined) violations.push(`${name}, ${how}: ${problem}`);
    for (const path of files.keys()) torn.disk.writeFileRaw(path, torn.after.get(path)!);
  };
  counts.atBytes = tearAtBytes(torn, sectors, every, check);
  counts.mixes = mixSectors(torn, sectors, check);
  counts.fills = fillBehind(torn, sectors, new Choices(seed + 1), check);
  return { counts, violations };
}

type Check = (how: string, files: Map<string, Uint8Array>) => void;

/** New up to a byte and old behind it, and the other way round, file by file. */
function tearAtBytes(torn: Torn, sectors: Sector[], every: number, check: Check): number {
  let states = 0;
  for (const { path, start } of sectors) {
    const before = torn.before.get(path)!;
    const after = torn.after.get(path)!;
    for (let at = start; at < start + SECTOR_BYTES; at++) {
      if (before[at] === after[at] || at % every !== 0) continue;
      const head = Uint8Array.from(before);
      head.set(after.subarray(0, at));
      check(`new up to byte ${at} of ${path}`, new Map([[path, head]]));
      const tail = Uint8Array.from(after);
      tail.set(before.subarray(0, at));
      check(`old up to byte ${at} of ${path}`, new Map([[path, tail]]));
      states += 2;
    }
  }
  return states;
}

/** All subsets of the last sectors, with all before them, and with none. */
function mixSectors(torn: Torn, sectors: Sector[], check: Check): number {
  const last = sectors.slice(-MIXED_SECTORS_MAX);
  const others = sectors.slice(0, -MIXED_SECTORS_MAX);
  let states = 0;
  for (const keepsOthers of others.length > 0 ? [true, false] : [true]) {
    for (let subset = 0; subset < 2 ** last.length; subset++) {
      const kept = [
        ...(keepsOthers ? others : []),
        ...last.filter((_, index) => (subset & (1 << index)) !== 0),
      ];
      const files = new Map(
        [...torn.before].map(([path, content]) => [path, Uint8Array.from(content)]),
      );
      for (const { path, start } of kept)
        copySector(torn.after.get(path)!, files.get(path)!, start);
      check(`sectors ${subset.toString(2)} of the last, others ${keepsOthers}`, files);
      states++;
    }
  }
  return states;
}

/** Behind each sector of the group something that was never written there. */
function fillBehind(torn: Torn, sectors: Sector[], choices: Choices, check: Check): number {
  let states = 0;
  for (const { path, start: sector } of sectors) {
    const start = firstChange(torn, path, sector);
    const fills = {
      zeros: () => 0,
      ones: () => 0xff,
      noise: () => choices.below(256),
    };
    for (const [name, byte] of Object.entries(fills)) {
      const content = Uint8Array.from(torn.after.get(path)!);
      for (let at = start; at < content.length; at++) content[at] = byte();
      check(`${name} from byte ${start} of ${path}`, new Map([[path, content]]));
      states++;
    }
  }
  return states;
}

function judge(torn: Torn, counts: TornCounts): string | undefined {
  const sink = new ComparingSink(torn.reference);
  try {
    const { problem } = recover(torn.disk, DIRECTORY, sink);
    if (problem !== undefined) return `${problem.message} (${problem.file} ${problem.offset})`;
  } catch (error) {
    return isLaneError(error) ? error.message : String(error);
  }
  if (sink.wrongAt !== undefined) return `record ${sink.wrongAt} is another one`;
  if (sink.count < torn.durable) return `${sink.count} records, ${torn.durable} were durable`;
  if (sink.count > torn.durable && sink.count < torn.reference.records.length) counts.partly++;
  return undefined;
}

/** The first byte of a sector that the group changed: those before it were durable. */
function firstChange(torn: Torn, path: string, sector: number): number {
  const before = torn.before.get(path)!;
  const after = torn.after.get(path)!;
  let at = sector;
  while (before[at] === after[at]) at++;
  return at;
}

function changedSectors(torn: Torn): Sector[] {
  const sectors: Sector[] = [];
  for (const [path, after] of torn.after) {
    const before = torn.before.get(path)!;
    for (let start = 0; start < after.length; start += SECTOR_BYTES) {
      const end = start + SECTOR_BYTES;
      if (Buffer.compare(before.subarray(start, end), after.subarray(start, end)) !== 0) {
        sectors.push({ path, start });
      }
    }
  }
  return sectors;
}

function copySector(from: Uint8Array, to: Uint8Array, start: number): void {
  to.set(from.subarray(start, start + SECTOR_BYTES), start);
}

function makeTorn(name: TornName, choices: Choices, seed: number): Torn {
  const store = new LaneStore(new TestDisk({ seed }), 2, seed);
  if (name === 'two lanes') store.addLane();
  const isRecycled = name.startsWith('recycled');
  for (let lap = 0; lap < (isRecycled ? 3 : 0); lap++) {
    for (let index = 0; index < 250; index++) writeEven(store);
    store.checkpoint();
    for (const slot of store.recyclable(0)) store.recycle(0, slot);
  }
  for (let index = 0; index < 30; index++) writeAny(store, choices, isRecycled);
  store.sync();
  if (isRecycled) requireStale(store);
  const durable = recordsOf(store.disk);
  for (let index = 0; index < 8; index++) {
    if (name.endsWith('rotated') && index === 4) store.rotate(0);
    writeAny(store, choices, isRecycled);
  }
  const disk = store.disk.cut(1, 'keep-all');
  const before = segmentsOf(store.disk.cut(1, 'lose-all-unsynced'));
  const after = segmentsOf(disk);
  return { disk, before, after, reference: new Reference(disk, DIRECTORY), durable };
}

/** Records of one length, so that those of earlier laps lie exactly where new ones end. */
function writeEven(store: LaneStore): void {
  const text = String(store.history.writes.length).padStart(8, '0');
  store.write(0, [[`key ${text}`, text.repeat(24)]]);
}

function writeAny(store: LaneStore, choices: Choices, isEven: boolean): void {
  if (isEven) {
    writeEven(store);
    return;
  }
  const number = store.history.writes.length;
  const lane = choices.below(store.lanes);
  const long = 'abcdefgh'.repeat(choices.below(120));
  const changes = [[`key ${number}`, `${number}:${long}`]] as const;
  if (choices.chance(0.3)) store.write(lane, [...changes, ['other', undefined], ['more', 'x']]);
  else store.write(lane, changes);
}

function recordsOf(disk: TestDisk): number {
  return new Reference(disk.cut(1, 'lose-all-unsynced'), DIRECTORY).records.length;
}

/** The test says nothing unless the files are full of records of earlier laps. */
function requireStale(store: LaneStore): void {
  const { history } = store;
  const text = [...segmentsOf(store.disk).values()]
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    .join('');
  const base = history.bases[0]!;
  const stale = history.writes
    .slice(0, base)
    .filter(({ changes }) => text.includes(changes[0]![1]!));
  if (stale.length < 100) throw new Error(`only ${stale.length} old records in recycled segments`);
}

function segmentsOf(disk: TestDisk): Map<string, Uint8Array> {
  const files = disk.snapshotFiles();
  return new Map([...files].filter(([path]) => path.endsWith('.log')));
}
