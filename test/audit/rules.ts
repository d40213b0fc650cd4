// The rules of durability, each as one function over a step that is about to happen and what the
// trace has shown until then. A rule says how often it was asked, so that one that never was is not
// taken for one that holds.

import { basename } from 'node:path';

import { parseSegmentName, SUPERBLOCK_NAME, segmentName } from '../../src/format/file-name.js';
import { STORE_OPEN, type Superblock } from '../../src/format/superblock.js';
import { parseMark } from './marks.js';
import type { Step } from './steps.js';
import { slotsIn, type TracedFile, type Written } from './traced-file.js';
import type { TracedPut, TracedStore } from './traced-store.js';

/** Takes what a rule finds: each question it asks, and what is wrong if the answer is no. */
export type Ask = (isKept: boolean, problem: () => string) => void;

export interface Rule {
  readonly name: string;
  readonly says: string;
  judge(step: Step, store: TracedStore, ask: Ask): void;
}

const isSegment = (path: string): boolean => parseSegmentName(basename(path)) !== undefined;
const isPreparing = (path: string): boolean => /^preparing-.*\.tmp$/.test(basename(path));
const isSuperblock = (path: string): boolean => basename(path) === SUPERBLOCK_NAME;

const acknowledgedBytes: Rule = {
  name: 'acknowledged-bytes-are-synced',
  says: 'an acknowledgement follows a finished sync of every file with bytes of it or before it',
  judge(step, store, ask) {
    const number = acknowledgedBy(step);
    if (number === undefined) return;
    const covered = store.puts.filter((put) => put.number <= number);
    for (const put of covered) {
      ask(
        isDurable(put),
        () => `write ${put.number} is acknowledged with ${number}: ${lacking(put)}`,
      );
    }
    store.puts.splice(0, covered.length);
  },
};

const acknowledgedNames: Rule = {
  name: 'acknowledged-names-are-synced',
  says: 'an acknowledgement follows the syncs of all names on the way to its bytes',
  judge(step, store, ask) {
    const number = acknowledgedBy(step);
    if (number === undefined) return;
    const { superblock } = store;
    ask(store.isDirectoryDurable, () => 'the name of the store directory is not synced');
    ask(superblock?.isNameSynced === true, () => 'the name of the superblock is not synced');
    ask(superblock?.unsynced.length === 0, () => 'the superblock has bytes that are not synced');
    for (const block of store.possibleBlocks()) {
      ask(block.state === STORE_OPEN, () => 'a slot says that nothing was written since a close');
      for (const file of store.chainOf(block)) {
        ask(file.isNameSynced, () => `the name ${basename(file.path)} is not synced`);
      }
    }
  },
};

const contentBeforeName: Rule = {
  name: 'content-before-name',
  says: 'segments and superblock are complete and synced before they get their names',
  judge(step, store, ask) {
    if (step.kind === 'create') {
      const isFinal = isSegment(step.path) || isSuperblock(step.path);
      ask(!isFinal, () => `${basename(step.path)} is created under its final name`);
    }
    if (step.kind !== 'rename' || !(isSegment(step.to) || isSuperblock(step.to))) return;
    const file = store.files.get(step.path);
    ask(file !== undefined, () => `${basename(step.path)} is renamed and was never seen`);
    const isSynced = file?.unsynced.length === 0 && file.writes.length > 0;
    ask(isSynced, () => `${basename(step.to)} gets its name before its content is synced`);
  },
};

const namesBeforeCommit: Rule = {
  name: 'names-before-commit',
  says: 'a superblock leads only to segments whose content and names are synced',
  judge(step, store, ask) {
    for (const { slot, block } of committedBy(step, store)) {
      if (isRepeated(store.superblock, slot, block)) continue;
      for (const lane of block.lanes) {
        for (const generation of [lane.firstGeneration, lane.liveGeneration]) {
          const name = segmentName(lane.lane, generation);
          ask(store.fileNamed(name) !== undefined, () => `${name} is committed and is not there`);
        }
      }
      for (const file of store.chainOf(block)) {
        const name = basename(file.path);
        ask(file.isNameSynced, () => `${name} is committed before its name is synced`);
        ask(file.isComplete, () => `${name} is committed before its content is synced`);
      }
    }
  },
};

const commitBeforeRemoval: Rule = {
  name: 'commit-before-removal',
  says: 'no segment goes to which a slot may still lead after a cut, and never the superblock',
  judge(step, store, ask) {
    const goes = step.kind === 'remove' || step.kind === 'rename';
    if (!goes || !(isSegment(step.path) || isSuperblock(step.path))) return;
    const name = basename(step.path);
    ask(!isSuperblock(step.path), () => 'the superblock goes');
    const file = store.files.get(step.path);
    const blocks = store.possibleBlocks();
    const leading = blocks.filter((block) => store.chainOf(block).some((one) => one === file));
    ask(leading.length === 0, () => `${name} goes, but a slot may say ${beginnings(leading[0])}`);
    const isCertain = blocks.length === 0 || store.superblock?.isNameSynced === true;
    ask(isCertain, () => `${name} goes before the name of the superblock is synced`);
  },
};

const oneSlotAtATime: Rule = {
  name: 'one-slot-at-a-time',
  says: 'a slot is written only while the other is synced',
  judge(step, store, ask) {
    const { superblock } = store;
    if (step.kind !== 'write' || !isSuperblock(step.path) || superblock === undefined) return;
    for (const { slot, block } of slotsIn(step.content, step.from)) {
      // Written once more as it was read, a slot is at no risk.
      if (isRepeated(superblock, slot, block)) continue;
      const other = 1 - slot;
      ask(
        superblock.isSlotSynced(other),
        () => `slot ${slot} is written before slot ${other} is synced`,
      );
    }
  },
};

const nameBeforeRewrite: Rule = {
  name: 'name-before-rewrite',
  says: 'a file that was renamed is not written before its directory is synced',
  judge(step, store, ask) {
    const file = store.files.get(step.path);
    if (step.kind !== 'write' || !file?.isRenamed) return;
    ask(file.isNameSynced, () => `${basename(step.path)} is written before its name is synced`);
  },
};

const appendedOnly: Rule = {
  name: 'appended-only',
  says: 'bytes of a segment that are synced are not written again, and no segment is cut',
  judge(step, store, ask) {
    if (step.kind === 'truncate') ask(false, () => `${basename(step.path)} is cut or extended`);
    const file = store.files.get(step.path);
    if (step.kind !== 'write' || !isSegment(step.path) || file === undefined) return;
    const before = file.writes.find(
      (one) =>
        one.syncedAt !== undefined &&
        one.enteredAt >= file.namedAt &&
        one.from < step.end &&
        one.end > step.from,
    );
    const place = `${basename(step.path)} at ${step.from}`;
    ask(before === undefined, () => `${place} is written again after its sync`);
  },
};

const nothingAfterFailure: Rule = {
  name: 'nothing-after-failure',
  says: 'after a failure nothing is written, synced, named, removed or acknowledged',
  judge(step, store, ask) {
    const { failed } = store;
    if (failed === undefined || store.isLock(step)) return;
    if (step.kind === 'mark') {
      const number = acknowledgedBy(step) ?? 0;
      // One made durable before may be told late; that it was is for another rule.
      const isEarlier = store.begunAt(number) < failed.call.leftAt;
      ask(isEarlier, () => `write ${number} is acknowledged and began after ${describe(failed)}`);
    } else if (!isUnderWay(step, store, failed)) {
      ask(false, () => `${step.call.name} of ${basename(step.path)} after ${describe(failed)}`);
    }
  },
};

export const RULES: readonly Rule[] = [
  acknowledgedBytes,
  acknowledgedNames,
  contentBeforeName,
  namesBeforeCommit,
  commitBeforeRemoval,
  oneSlotAtATime,
  nameBeforeRewrite,
  appendedOnly,
  nothingAfterFailure,
];

function acknowledgedBy(step: Step): number | undefined {
  if (step.kind !== 'mark') return undefined;
  const mark = parseMark(step.content);
  return mark.kind === 'acknowledged' ? mark.number : undefined;
}

/**
 * Another thread was about to prepare a segment, or was at it: it cannot know, and may come to the
 * end of that one. Nobody will use it.
 */
function isUnderWay(step: Step, store: TracedStore, failed: Step): boolean {
  if (step.call.thread === failed.call.thread) return false;
  if (step.kind === 'create') {
    const later = [...store.files.values()].filter((file) => file.madeAt > failed.call.leftAt);
    return isPreparing(step.path) && later.length === 0;
  }
  if (step.kind !== 'sync' || store.files.has(step.path)) return isPreparing(step.path);
  return [...store.files.values()].some(({ isNameSynced }) => !isNameSynced);
}

/** The blocks that a step makes hold: by writing slots, or by naming a file that has them. */
function committedBy(step: Step, store: TracedStore): { slot: number; block: Superblock }[] {
  if (step.kind === 'write' && isSuperblock(step.path)) {
    const written = slotsIn(step.content, step.from);
    return written.flatMap(({ slot, block }) => (block === undefined ? [] : { slot, block }));
  }
  if (step.kind !== 'rename' || !isSuperblock(step.to)) return [];
  const file = store.files.get(step.path);
  return [0, 1].flatMap(
    (slot) => file?.possibleBlocks(slot).map((block) => ({ slot, block })) ?? [],
  );
}

function isRepeated(
  superblock: TracedFile | undefined,
  slot: number,
  block: Superblock | undefined,
): boolean {
  const before = superblock?.possibleBlocks(slot) ?? [];
  return before.some((one) => one.counter === block?.counter);
}

/** The write of the record began after the put did, and so did the sync that covers it. */
function isDurable(put: TracedPut): boolean {
  return put.spans.every(({ file, from, end }) => {
    if (file.isMapped) return file.syncs.some((sync) => sync.enteredAt > put.begunAt);
    const writes = file.writes.filter(
      (one) => one.enteredAt > put.begunAt && one.syncedAt !== undefined,
    );
    return isCovered(from, end, writes);
  });
}

function isCovered(from: number, end: number, writes: readonly Written[]): boolean {
  let at = from;
  for (const one of [...writes].sort((a, b) => a.from - b.from)) {
    if (one.from <= at) at = Math.max(at, one.end);
  }
  return at >= end;
}

function lacking(put: TracedPut): string {
  return put.spans
    .map(({ file, from, end }) => {
      const place = `${basename(file.path)} from ${from} to ${end}`;
      return file.isMapped || hasWrite(file, put)
        ? `${place} is not synced`
        : `${place} is not written`;
    })
    .join(', ');
}

function hasWrite(file: TracedFile, put: TracedPut): boolean {
  return file.writes.some((one) => one.enteredAt > put.begunAt);
}

function beginnings(block: Superblock | undefined): string {
  const lanes = block?.lanes.map(({ lane, firstGeneration }) => `${lane} from ${firstGeneration}`);
  return `that the log begins in lane ${lanes?.join(', lane ')} (counter ${block?.counter})`;
}

function describe({ call, path }: Step): string {
  return `${call.name} of ${basename(path)} failed with ${call.errno} on line ${call.line}`;
}
