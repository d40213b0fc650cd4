// The parts of the damage proof, and what they gave together.

import { type FileCounts, sweepFiles, sweepLock } from './file-sweep.js';
import { makeStore, STORE_NAMES, type StoreName } from './flip-stores.js';
import { type SweepCounts, sweepFlips } from './flip-sweep.js';
import { sweepTorn, TORN_NAMES, type TornCounts, type TornName } from './torn-sweep.js';

export type Part =
  | { sort: 'flips'; store: StoreName; part: number }
  | { sort: 'torn'; name: TornName }
  | { sort: 'files'; store: StoreName }
  | { sort: 'lock' };

export interface PartOptions {
  seed: number;
  /** 1: every byte; above: each n-th. */
  every: number;
}

export interface PartResult {
  flips: { store: StoreName; counts: SweepCounts[] } | undefined;
  torn: TornCounts | undefined;
  files: FileCounts | undefined;
  violations: string[];
}

const PARTS = 6;
/** Every n-th flip is opened for real, besides recovery. */
const OPEN_EVERY = 64;

/** All parts; the long ones first. */
export function allParts(): Part[] {
  const parts: Part[] = [];
  for (const store of STORE_NAMES) {
    for (let part = 0; part < PARTS; part++) parts.push({ sort: 'flips', store, part });
  }
  for (const name of TORN_NAMES) parts.push({ sort: 'torn', name });
  for (const store of STORE_NAMES) parts.push({ sort: 'files', store });
  parts.push({ sort: 'lock' });
  return parts;
}

export async function runPart(part: Part, options: PartOptions): Promise<PartResult> {
  const { seed, every } = options;
  const nothing = { flips: undefined, torn: undefined, files: undefined };
  if (part.sort === 'flips') {
    const store = await makeStore(part.store, seed);
    const share = { part: part.part, parts: PARTS, seed, openEvery: OPEN_EVERY, byteEvery: every };
    const { counts, violations } = await sweepFlips(store, share);
    return { ...nothing, flips: { store: part.store, counts }, violations };
  }
  if (part.sort === 'torn') {
    const { counts, violations } = sweepTorn(part.name, seed, every);
    return { ...nothing, torn: counts, violations };
  }
  const sweep =
    part.sort === 'files' ? sweepFiles(part.store, seed, every) : sweepLock(seed, every);
  const { counts, violations } = await sweep;
  return { ...nothing, files: counts, violations };
}

export class FlipTotals {
  readonly violations: string[] = [];
  readonly #flips = new Map<string, SweepCounts & { store: StoreName }>();
  readonly #torn: TornCounts[] = [];
  readonly #files: FileCounts[] = [];

  add(result: PartResult): void {
    this.violations.push(...result.violations);
    if (result.torn !== undefined) this.#torn.push(result.torn);
    if (result.files !== undefined) this.#files.push(result.files);
    if (result.flips === undefined) return;
    const { store } = result.flips;
    for (const counts of result.flips.counts) {
      const key = `${store}/${counts.kind}`;
      const sum = this.#flips.get(key);
      if (sum === undefined) this.#flips.set(key, { ...counts, store });
      else addTo(sum, counts);
    }
  }

  /** Different bytes of which at least one bit was flipped. */
  get bytes(): number {
    let bytes = 0;
    for (const counts of this.#flips.values()) bytes += counts.bytes;
    return bytes;
  }

  /** The kinds of files and records that were damaged. */
  get kinds(): Set<string> {
    return new Set([...this.#flips.values()].map(({ kind }) => kind));
  }

  tables(): string {
    const flips = [...this.#flips.values()].map((one) => [
      one.store,
      one.kind,
      ...[one.bytes, one.flips, one.right, one.errors, one.lastGroup, one.opened],
    ]);
    const torn = this.#torn.map((one) => [
      one.name,
      ...[one.bytes, one.atBytes, one.mixes, one.fills, one.partly],
    ]);
    const files = this.#files.map((one) => [
      one.name,
      ...[one.states, one.right, one.errors, one.lastGroup],
    ]);
    const outcome = ['right', 'errors', 'last group'];
    return [
      table('one bit flipped', ['store', 'part', 'bytes', 'flips', ...outcome, 'opened'], flips),
      table(
        'last group torn',
        ['log', 'bytes', 'at bytes', 'sector mixes', 'fills', 'partly back'],
        torn,
      ),
      table('whole files and LOCK', ['store', 'states', ...outcome], files),
    ].join('\n\n');
  }
}

function addTo(sum: SweepCounts, counts: SweepCounts): void {
  sum.bytes += counts.bytes;
  sum.flips += counts.flips;
  sum.right += counts.right;
  sum.errors += counts.errors;
  sum.lastGroup += counts.lastGroup;
  sum.opened += counts.opened;
}

function table(title: string, head: string[], rows: (string | number)[][]): string {
  const all = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const isText = rows[0]?.map((cell) => typeof cell === 'string') ?? [];
  const lines = all.map((row) =>
    row
      .map((cell, at) => (isText[at] ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  '),
  );
  return [`${title}:`, ...lines].join('\n');
}
