// What a script wrote, in the order of writing, and what a store may hold of it after a cut: a prefix
// that contains everything acknowledged. Contents are compared by a hash over keys, values, versions
// and the last commit, so that each prefix has one of its own.

export type Change = readonly [key: string, value: string | undefined];

export interface Write {
  readonly changes: readonly Change[];
  /** Offset that a commit record names. */
  readonly commit: number | undefined;
  /** Full sequence; NaN until the call returned. */
  version: number;
}

/** A store's content, however it was read. */
export interface Content {
  readonly entries: ReadonlyMap<string, { value: string; version: number }>;
  readonly commit: number | undefined;
}

/** What was promised at one moment. */
export interface Expectation {
  readonly history: History;
  /** Writes that must be there: the first `acknowledged` of them. */
  readonly acknowledged: number;
  /** Writes that may be there: those begun. */
  readonly begun: number;
  /** Where the prefix may begin: writes before are gone by a checkpoint. */
  readonly bases: readonly number[];
}

export class History {
  readonly writes: Write[];
  /** Writes below are known durable. */
  acknowledged: number;
  bases: number[];
  readonly #hashes = new Map<number, number[]>();

  constructor(writes: Write[] = [], base = 0) {
    this.writes = writes;
    this.acknowledged = writes.length;
    this.bases = [base];
  }

  /** The history that goes on after a recovery which brought back so many writes. */
  upTo(prefix: { base: number; length: number }): History {
    return new History(this.writes.slice(0, prefix.length), prefix.base);
  }

  begin(changes: readonly Change[], commit?: number): Write {
    const write: Write = { changes, commit, version: Number.NaN };
    this.writes.push(write);
    return write;
  }

  /** Everything with a version up to this one is durable. */
  acknowledgeUpTo(version: number): void {
    while (this.acknowledged < this.writes.length) {
      if (!(this.writes[this.acknowledged]!.version <= version)) return;
      this.acknowledged++;
    }
  }

  expectation(): Expectation {
    const { acknowledged, bases } = this;
    return { history: this, acknowledged, begun: this.writes.length, bases: bases.slice() };
  }

  /** That exactly the first `length` writes are there. */
  exactly(length: number): Expectation {
    return { ...this.expectation(), acknowledged: length, begun: length };
  }

  /** The longest allowed prefix that has this content; undefined if there is none. */
  prefixOf(
    content: Content,
    expected: Omit<Expectation, 'history'>,
  ): { base: number; length: number } | undefined {
    const hash = hashOf(content);
    for (const base of expected.bases) {
      const hashes = this.#hashesFrom(base);
      const least = Math.max(base, expected.acknowledged);
      for (let length = expected.begun; length >= least; length--) {
        if (hashes[length - base] === hash) return { base, length };
      }
    }
    return undefined;
  }

  /** The content after the first `length` writes, without those before `base`. */
  contentAt(length: number, base: number): Content {
    const entries = new Map<string, { value: string; version: number }>();
    let commit: number | undefined;
    for (const write of this.writes.slice(base, length)) {
      for (const [key, value] of write.changes) {
        if (value === undefined) entries.delete(key);
        else entries.set(key, { value, version: write.version });
      }
      commit = write.commit ?? commit;
    }
    return { entries, commit };
  }

  /** Says in words how a content differs from the allowed ones. */
  explain(content: Content, expected: Expectation): string {
    const anywhere = this.prefixOf(content, { ...expected, acknowledged: 0 });
    const { acknowledged, begun, bases } = expected;
    const promised = `${acknowledged} of ${begun} writes acknowledged, base ${bases.join(' or ')}`;
    if (anywhere !== undefined)
      return `${promised}, but only the first ${anywhere.length} are there`;
    const wanted = this.contentAt(acknowledged, bases[0]!);
    const missing = [...wanted.entries].filter(([key, { version }]) => {
      const found = content.entries.get(key);
      return found === undefined || found.version < version;
    });
    const written = new Set(
      this.writes.flatMap(({ changes }) => changes.map(([key, value]) => `${key}=${value}`)),
    );
    const isForeign = (key: string, value: string) => !written.has(`${key}=${value}`);
    const foreign = [...content.entries].filter(([key, { value }]) => isForeign(key, value));
    const named = missing.slice(0, 3).map(([key]) => key);
    const found = `${content.entries.size} keys, commit ${content.commit}`;
    const lost = `${missing.length} missing or old (${named.join()})`;
    return `no prefix: ${promised}; found ${found}, ${lost}, ${foreign.length} foreign`;
  }

  /** Hashes of all prefixes from a base on, by length. Ask when every call has returned. */
  #hashesFrom(base: number): number[] {
    const known = this.#hashes.get(base);
    if (known?.length === this.writes.length - base + 1) return known;
    const entries = new Map<string, number>();
    let sum = 0;
    let commit = 0;
    const hashes = [0];
    for (const { changes, version, commit: offset } of this.writes.slice(base)) {
      for (const [key, value] of changes) {
        sum -= entries.get(key) ?? 0;
        entries.delete(key);
        if (value === undefined) continue;
        const hash = hashEntry(key, value, version);
        entries.set(key, hash);
        sum += hash;
      }
      if (offset !== undefined) commit = hashCommit(offset);
      hashes.push(sum + commit);
    }
    this.#hashes.set(base, hashes);
    return hashes;
  }
}

export function isSameContent(one: Content, other: Content): boolean {
  return one.entries.size === other.entries.size && hashOf(one) === hashOf(other);
}

function hashOf(content: Content): number {
  let sum = content.commit === undefined ? 0 : hashCommit(content.commit);
  for (const [key, { value, version }] of content.entries) sum += hashEntry(key, value, version);
  return sum;
}

function hashCommit(offset: number): number {
  return hashEntry('commit', String(offset), 0);
}

/** Below 2^40, so that sums of thousands stay exact whatever their order. */
function hashEntry(key: string, value: string, version: number): number {
  let high = Math.imul(version ^ 0x9e3779b9, 0x85ebca6b);
  let low = Math.floor(version / 2 ** 32) | 0;
  for (const text of [key, value]) {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low + code, 0x85ebca6b);
      low ^= low >>> 13;
    }
    high ^= text.length;
  }
  return ((high ^ (high >>> 16)) & 0xff) * 2 ** 32 + (low >>> 0);
}
