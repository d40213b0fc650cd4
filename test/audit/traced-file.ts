// One file of a traced store, whatever names it has had: what was written to it, what of that is
// synced, whether its name is durable, and for a superblock what its slots can hold on the disk.

import { crc32 } from '../../src/codec/crc32.js';
import {
  decodeSuperblockSlot,
  SLOT_BYTES,
  SLOT_COUNT,
  type Superblock,
} from '../../src/format/superblock.js';

/** Bytes of a file and when they were written there. */
export interface Written {
  readonly from: number;
  readonly end: number;
  readonly enteredAt: number;
  readonly leftAt: number;
  /** When the sync ended that made them durable. */
  syncedAt: number | undefined;
}

/** A successful sync of the file. */
export interface Synced {
  readonly enteredAt: number;
  readonly leftAt: number;
}

interface SlotContent {
  /** Undefined where no valid slot stands. */
  readonly block: Superblock | undefined;
  readonly writtenAt: number;
  isSynced: boolean;
}

export class TracedFile {
  path: string;
  readonly madeAt: number;
  /** Records of it were there before the trace began, or were written since. */
  hasRecords: boolean;
  /** Its content and name can be relied upon: synced first, then named. */
  isComplete: boolean;
  /** An old file becomes that by a sync of all that is in it. */
  completesBySync = false;
  isMapped = false;
  /** Its present name came by a rename and not when it was created. */
  isRenamed = false;
  /** When the present name was given; the name is durable once a later sync of the directory ended. */
  namedAt: number;
  isNameSynced: boolean;
  readonly writes: Written[] = [];
  readonly syncs: Synced[] = [];
  /** What may be on the disk of each slot: what was synced last, and all that was written since. */
  readonly #slots: SlotContent[][] = Array.from({ length: SLOT_COUNT }, () => []);

  constructor(
    path: string,
    facts: { namedAt: number; isNameSynced: boolean; hasRecords: boolean },
  ) {
    this.path = path;
    this.madeAt = facts.namedAt;
    this.namedAt = facts.namedAt;
    this.isNameSynced = facts.isNameSynced;
    this.hasRecords = facts.hasRecords;
    this.isComplete = false;
  }

  get unsynced(): Written[] {
    return this.writes.filter((one) => one.syncedAt === undefined);
  }

  /** Every block that a slot may hold after a cut now. */
  possibleBlocks(slot: number): Superblock[] {
    return (this.#slots[slot] ?? []).flatMap(({ block }) => block ?? []);
  }

  /** True if only one content can be on the disk of a slot. */
  isSlotSynced(slot: number): boolean {
    const contents = this.#slots[slot] ?? [];
    return contents.length === 1 && contents[0]?.isSynced === true;
  }

  /** The block that was written last to any slot. */
  get newestBlock(): Superblock | undefined {
    return this.#slots
      .flat()
      .flatMap(({ block }) => block ?? [])
      .reduce<Superblock | undefined>(
        (best, block) => (best === undefined || block.counter >= best.counter ? block : best),
        undefined,
      );
  }

  write(bytes: Omit<Written, 'syncedAt'>, content: string): void {
    this.writes.push({ ...bytes, syncedAt: undefined });
    for (const { slot, block } of slotsIn(content, bytes.from)) {
      this.#slots[slot]?.push({ block, writtenAt: bytes.leftAt, isSynced: false });
    }
  }

  /** A sync makes durable what had been written when it began. */
  sync(synced: Synced): void {
    this.syncs.push(synced);
    this.isComplete ||= this.completesBySync;
    for (const written of this.unsynced) {
      if (written.leftAt < synced.enteredAt) written.syncedAt = synced.leftAt;
    }
    for (const contents of this.#slots) {
      const last = contents.findLastIndex(({ writtenAt }) => writtenAt < synced.enteredAt);
      const [content] = contents.splice(0, last + 1).slice(-1);
      if (content !== undefined) contents.unshift({ ...content, isSynced: true });
    }
  }

  rename(path: string, at: number): void {
    this.path = path;
    this.namedAt = at;
    this.isNameSynced = false;
    this.isRenamed = true;
  }
}

/** A slot that a write touches, and the block in it; none if the write made no valid slot. */
export interface SlotWritten {
  readonly slot: number;
  readonly block: Superblock | undefined;
}

export function slotsIn(content: string, from: number): SlotWritten[] {
  const found: SlotWritten[] = [];
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const start = slot * SLOT_BYTES - from;
    if (start + SLOT_BYTES <= 0 || start >= content.length) continue;
    found.push({ slot, block: start < 0 ? undefined : decode(content, start, slot) });
  }
  return found;
}

function decode(content: string, start: number, slot: number): Superblock | undefined {
  const bytes = new Uint8Array((slot + 1) * SLOT_BYTES);
  const written = content.slice(start, start + SLOT_BYTES);
  bytes.set(Buffer.from(written, 'latin1'), slot * SLOT_BYTES);
  const block = decodeSuperblockSlot(bytes, slot, crc32);
  return typeof block === 'string' ? undefined : block;
}
