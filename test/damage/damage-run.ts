// Many damages, each to a fresh copy of one of the stores, salvaged and judged. Which follows from the
// seed.

import { Choices } from '../support/choices.js';
import { DAMAGE_STORES, makeDamageStore } from './damage-stores.js';
import { damage } from './damages.js';
import { judgeSalvage } from './judge-salvage.js';
import { KnownStore } from './known-store.js';

export interface DamageTotals {
  damages: number;
  /** By store, by kind of damage, and by what became of it. */
  stores: Map<string, number>;
  kinds: Map<string, number>;
  outcomes: Map<string, number>;
  /** Records with operations in all stores that were damaged, and those lost by the damage. */
  records: number;
  lost: number;
  violations: string[];
}

export interface DamageRunOptions {
  seed: number;
  damages: number;
  onProgress?: (totals: DamageTotals) => void;
}

/** A store is made anew after so many damages. */
const DAMAGES_PER_STORE = 8;
const VIOLATIONS_MAX = 10;

export async function runDamages(options: DamageRunOptions): Promise<DamageTotals> {
  const { seed, damages } = options;
  const totals: DamageTotals = {
    ...{ damages: 0, records: 0, lost: 0, violations: [] },
    ...{ stores: new Map(), kinds: new Map(), outcomes: new Map() },
  };
  const known: KnownStore[] = [];
  for (let number = 0; number < damages; number++) {
    const index = number % DAMAGE_STORES.length;
    const round = Math.floor(number / DAMAGE_STORES.length);
    const name = DAMAGE_STORES[index]!;
    if (round % DAMAGES_PER_STORE === 0) {
      known[index] = new KnownStore(await makeDamageStore(name, seed * 1000 + number));
    }
    await oneDamage(known[index]!, seed * 100_003 + number, totals);
    options.onProgress?.(totals);
    if (totals.violations.length >= VIOLATIONS_MAX) break;
  }
  return totals;
}

async function oneDamage(known: KnownStore, seed: number, totals: DamageTotals): Promise<void> {
  const { name } = known.store;
  const disk = known.store.disk.kill();
  const { kinds, how } = damage(disk, new Choices(seed));
  const place = `damage ${seed} of '${name}', ${how}`;
  totals.damages++;
  add(totals.stores, name);
  for (const kind of kinds) add(totals.kinds, kind);
  try {
    const judged = await judgeSalvage(known, disk);
    totals.records += judged.records;
    totals.lost += judged.records - judged.whole;
    add(totals.outcomes, judged.outcome);
    add(totals.outcomes, `strict ${judged.strict}`);
    for (const problem of judged.problems) totals.violations.push(`${place}: ${problem}`);
  } catch (error) {
    const text = error instanceof Error ? error.stack : String(error);
    totals.violations.push(`${place}: ${text}`);
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
