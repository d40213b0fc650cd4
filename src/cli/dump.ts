// lanedb dump: everything in a store directory as it stands on the disk, without opening the store.
// Works on a damaged store, one in use and one of another format version: says where and why
// reading stopped, and goes on with the next segment. Changes nothing, takes no lock.

import { styleText } from 'node:util';
import { LaneError } from '../errors.js';
import {
  isStoreFileName,
  isTemporaryName,
  LOCK_NAME,
  parseSegmentName,
  SUPERBLOCK_NAME,
  segmentName,
} from '../format/file-name.js';
import type { Superblock } from '../format/superblock.js';
import type { ReadOnlyFileSystem } from '../io/file-system.js';
import { NodeFileSystem } from '../io/node-file-system.js';
import type { KeyEncoding } from '../keys/key.js';
import { SegmentBuffer } from '../recovery/load-segment.js';
import type { Fact, FileFact } from './dump-facts.js';
import { lockFact } from './dump-lock.js';
import { segmentFacts } from './dump-segment.js';
import { superblockFacts } from './dump-superblock.js';
import { keyText, textOf } from './dump-text.js';
import { EXIT_DAMAGE, EXIT_FINE } from './exit-codes.js';
import { escapeUnprintable, hexOf } from './json-form.js';
import type { Output } from './output.js';

export interface DumpOptions {
  json: boolean;
  keysOnly: boolean;
  hex: boolean;
  keyEncoding: KeyEncoding;
  /** Only records from this full sequence on. */
  from: number;
  /** Only this lane's segments. */
  lane: number | undefined;
}

/** Prints the dump and returns the exit code. */
export async function dump(output: Output, path: string, options: DumpOptions): Promise<number> {
  const alarm = output.isTerminal
    ? (text: string) => styleText('red', text)
    : (text: string) => text;
  const dumped = { hasDamage: false };
  await output.print(
    dumpLines({ fileSystem: new NodeFileSystem({ native: false }), path, alarm, dumped }, options),
  );
  return dumped.hasDamage ? EXIT_DAMAGE : EXIT_FINE;
}

export interface DumpSource {
  fileSystem: ReadOnlyFileSystem;
  path: string;
  /** How damage is marked. */
  alarm: (text: string) => string;
  /** Tells afterwards whether anything damaged was met. */
  dumped: { hasDamage: boolean };
}

/** The lines of the dump. */
export function* dumpLines(source: DumpSource, options: DumpOptions): Generator<string> {
  for (const fact of facts(source, options)) {
    if (isDamage(fact)) source.dumped.hasDamage = true;
    if (options.keysOnly) yield* keyLines(fact, options.json);
    else if (options.json) yield factJson(fact);
    else yield* textOf(fact, source.alarm);
  }
}

function* facts(source: DumpSource, options: DumpOptions): Generator<Fact> {
  const { fileSystem, path } = source;
  const names = listStore(fileSystem, path);
  yield lockFact(fileSystem, path);
  const superblock = superblockFacts(fileSystem, path, options.hex);
  yield* superblock.facts;
  const { block, isClean } = superblock;
  const segments = { fileSystem, directory: path, block, isClean, buffer: new SegmentBuffer() };
  const expected = expectedSegments(block, options.lane);
  const choice = { ...options, hasRaw: options.hex };
  const listed = names.filter((name) => isWanted(name, options.lane));
  // A store in use may have made more of them since they were listed: their trailers tell.
  const isThere = (name: string) => fileSystem.kind(fileSystem.join(path, name)) === 'file';
  for (const name of following(listed, expected, isThere)) {
    for (const fact of segmentFacts(segments, name, choice)) {
      yield fact;
      if (fact.fact !== 'stop' || fact.nextGeneration === undefined) continue;
      const lane = parseSegmentName(name)?.lane ?? 0;
      expected.add(segmentName(lane, fact.nextGeneration));
    }
  }
  for (const name of [...expected].sort()) {
    if (listed.includes(name) || isThere(name)) continue;
    const fact: FileFact = { fact: 'file', file: name, note: 'missing', isDamage: true };
    yield fact;
  }
  for (const name of names) yield* otherFile(name);
}

function isWanted(name: string, lane: number | undefined): boolean {
  const parsed = parseSegmentName(name);
  return parsed !== undefined && (lane ?? parsed.lane) === parsed.lane;
}

/** The listed names, then those expected that are there by now, or come to be meanwhile. */
function* following(
  listed: string[],
  expected: Set<string>,
  isThere: (name: string) => boolean,
): Generator<string> {
  yield* listed;
  const given = new Set(listed);
  // A set goes on to what is added to it while it is walked.
  for (const name of expected) {
    if (given.has(name) || !isThere(name)) continue;
    given.add(name);
    yield name;
  }
}

/** Names in the directory. Throws where there is nothing of a store to look at. */
function listStore(fileSystem: ReadOnlyFileSystem, path: string): string[] {
  const kind = fileSystem.kind(path);
  if (kind === 'none') {
    throw new LaneError('STORE_NOT_FOUND', `there is no store in ${path}`, { file: path });
  }
  if (kind !== 'directory') {
    throw new LaneError('NOT_A_STORE', `${path} is not a directory`, { file: path });
  }
  const names = fileSystem.list(path);
  if (!names.some(isStoreFileName)) {
    const code = names.length === 0 ? 'STORE_NOT_FOUND' : 'NOT_A_STORE';
    throw new LaneError(code, `there is no store in ${path}`, { file: path });
  }
  return names;
}

/** Segments that the superblock names; trailers name more. */
function expectedSegments(block: Superblock | undefined, only: number | undefined): Set<string> {
  const names = new Set<string>();
  for (const lane of block?.lanes ?? []) {
    if ((only ?? lane.lane) !== lane.lane) continue;
    names.add(segmentName(lane.lane, lane.firstGeneration));
    names.add(segmentName(lane.lane, lane.liveGeneration));
    if (lane.endGeneration !== 0) names.add(segmentName(lane.lane, lane.endGeneration));
  }
  return names;
}

function* otherFile(file: string): Generator<FileFact> {
  if (file === LOCK_NAME || file === SUPERBLOCK_NAME) return;
  if (parseSegmentName(file) !== undefined) return;
  let note = 'not a file of a store';
  if (isTemporaryName(file)) note = 'left behind by a crash, or in the making';
  else if (isStoreFileName(file)) note = 'a claim to the lock';
  yield { fact: 'file', file, note, isDamage: false };
}

function isDamage(fact: Fact): boolean {
  switch (fact.fact) {
    case 'slot':
      return fact.problem !== undefined && !fact.isForeignVersion;
    case 'segment':
      return fact.problems.length > 0;
    case 'stop':
      return !fact.isRegular;
    case 'file':
      return fact.isDamage;
    default:
      return false;
  }
}

function* keyLines(fact: Fact, isJson: boolean): Generator<string> {
  if (fact.fact !== 'record' && fact.fact !== 'operation') return;
  const { entry } = fact;
  if (entry === undefined) return;
  if (!isJson) yield keyText(entry);
  else yield factText('keyHex' in entry ? { keyHex: entry.keyHex } : { key: entry.key });
}

function factJson(fact: Fact): string {
  if (!('raw' in fact) || fact.raw === undefined) return factText(fact);
  const { raw, ...rest } = fact;
  return factText({ ...rest, hex: hexOf(raw.bytes) });
}

function factText(fact: object): string {
  return escapeUnprintable(JSON.stringify(fact));
}
