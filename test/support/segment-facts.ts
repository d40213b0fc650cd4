// The facts of the segments in a built store, for the tests of dump.

import type { Fact } from '../../src/cli/dump-facts.js';
import { type RecordChoice, segmentFacts } from '../../src/cli/dump-segment.js';
import { superblockFacts } from '../../src/cli/dump-superblock.js';
import { SegmentBuffer } from '../../src/recovery/load-segment.js';
import { TestDisk } from './test-disk.js';

/** A disk with these files in /store. */
export function storeDisk(files: ReadonlyMap<string, Uint8Array>): TestDisk {
  const disk = new TestDisk({ seed: 1 });
  disk.makeDirectoryRaw('/store');
  for (const [name, bytes] of files) disk.writeFileRaw(`/store/${name}`, bytes);
  return disk;
}

/** All facts of one segment. */
export function factsOf(disk: TestDisk, name: string, changes: Partial<RecordChoice> = {}): Fact[] {
  const { block, isClean } = superblockFacts(disk, '/store', false);
  const buffer = new SegmentBuffer();
  const source = { fileSystem: disk, directory: '/store', block, isClean, buffer };
  const choice: RecordChoice = { keyEncoding: 'ordered', from: 0, hasRaw: false, ...changes };
  return [...segmentFacts(source, name, choice)];
}

/** Those of one kind. */
export function only<F extends Fact['fact']>(facts: Fact[], kind: F): Extract<Fact, { fact: F }>[] {
  return facts.filter((fact): fact is Extract<Fact, { fact: F }> => fact.fact === kind);
}
