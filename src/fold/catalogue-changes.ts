// What a fold changes in the catalogue: live bytes of value files, files that nothing leads to any
// more, the facts of the newest commit. In the same merge as the pointers, so they always agree.

import type { ValueFileFact } from '../format/catalogue.js';
import {
  COMMIT_PART_BYTES,
  commitKey,
  encodeValueFileFact,
  VALUE_FILE_LIVE,
  VALUE_FILE_ZOMBIE,
  valueFileKey,
} from '../format/catalogue.js';
import { invariant } from '../invariant.js';
import type { Catalogue } from './catalogue-reader.js';
import { FactList } from './fact-list.js';
import type { PackedFile } from './pack-values.js';

export interface FoldFacts {
  /** Value files that were written to. */
  packed: readonly PackedFile[];
  /** Facts of a newer commit. */
  commit: Uint8Array | undefined;
  /** Number of the last merge of the tree. */
  merge: number;
  /** Numbers of merges whose roots somebody still reads. */
  read: readonly number[];
}

export class CatalogueChanges {
  /** Files that go with the commit. */
  readonly deadFiles: number[] = [];
  /** What the catalogue says then. */
  readonly next: Catalogue;
  readonly #list = new FactList();
  readonly #changed = new Set<number>();

  constructor(before: Catalogue) {
    this.next = { ...before, valueFiles: new Map(before.valueFiles) };
  }

  /** Adds what a merge counted: bytes of values by file, more or less than before. */
  addLive(bytesByFile: ReadonlyMap<number, number>): void {
    for (const [id, bytes] of bytesByFile) {
      const fact = this.#factOf(id);
      this.next.valueFiles.set(id, { ...fact, liveBytes: fact.liveBytes + bytes });
      this.#changed.add(id);
    }
  }

  /** The changes as a list to merge, whose versions are `version`. */
  finish(facts: FoldFacts): FactList {
    for (const { id, bytes } of facts.packed) {
      this.next.valueFiles.set(id, { ...this.#factOf(id), fileBytes: bytes });
      this.#changed.add(id);
    }
    for (const [id, fact] of this.next.valueFiles) this.#judge(id, fact, facts);
    for (const id of this.#changed) {
      const fact = this.next.valueFiles.get(id);
      this.#list.set(valueFileKey(id), fact === undefined ? undefined : encodeValueFileFact(fact));
    }
    if (facts.commit !== undefined) this.#setCommit(facts.commit);
    return this.#list;
  }

  /** A file without live bytes goes, unless a root that still leads to it is read. */
  #judge(id: number, fact: ValueFileFact, { merge, read }: FoldFacts): void {
    invariant(fact.liveBytes >= 0, 'what is taken away from a file was added before');
    if (fact.liveBytes > 0) return;
    const since = fact.state === VALUE_FILE_ZOMBIE ? fact.merge : merge;
    if (!read.some((other) => other < since)) {
      this.next.valueFiles.delete(id);
      this.deadFiles.push(id);
      this.#changed.add(id);
    } else if (fact.state === VALUE_FILE_LIVE) {
      this.next.valueFiles.set(id, { ...fact, state: VALUE_FILE_ZOMBIE, merge });
      this.#changed.add(id);
    }
  }

  #setCommit(commit: Uint8Array): void {
    const parts = Math.max(1, Math.ceil(commit.length / COMMIT_PART_BYTES));
    for (let part = 0; part < parts; part++) {
      const start = part * COMMIT_PART_BYTES;
      this.#list.set(commitKey(part), commit.subarray(start, start + COMMIT_PART_BYTES));
    }
    for (let part = parts; part < this.next.commitParts; part++) {
      this.#list.set(commitKey(part), undefined);
    }
    this.next.commit = commit;
    this.next.commitParts = parts;
  }

  #factOf(id: number): ValueFileFact {
    const known = this.next.valueFiles.get(id);
    return known ?? { liveBytes: 0, fileBytes: 0, state: VALUE_FILE_LIVE, merge: 0 };
  }
}
