// Scripts of the power-cut proof below the public interface: several lanes that write in turns, lanes
// added later, and rings whose segments are recycled behind checkpoints.

import type { Bench, Script } from './bench.js';
import { changes, newDisk } from './bench.js';
import { LaneStore } from './lane-store.js';

const LANES_MAX = 3;
/** How often somebody writes during a call of the syncer. */
const CONCURRENT_CHANCE = 0.3;

/** Two or three lanes; one of them may be added while the others write. */
export const lanes: Script = async (bench) => {
  const { choices, collector } = bench;
  const store = begin(bench, LANES_MAX);
  store.addLane();
  if (choices.chance(0.4)) quietly(bench, store, 58_000);
  watch(bench, store);
  for (let index = choices.between(10, 40); index > 0; index--) {
    if (store.lanes < LANES_MAX && choices.chance(0.05)) store.addLane();
    writeSomewhere(bench, store);
    collector.pause(store.disk, store.expectation());
    if (choices.chance(0.2)) store.background.prepare();
    if (choices.chance(0.2)) store.sync();
  }
  if (choices.chance(0.3)) await store.close();
  return end(bench, store);
};

/** Laps of a ring: records are dropped behind checkpoints and their segments used again. */
export const recycling: Script = async (bench) => {
  const { choices, collector } = bench;
  const store = begin(bench, LANES_MAX);
  for (let more = choices.weighted({ 0: 3, 1: 2 }) === '1'; more; more = false) store.addLane();
  const laps = choices.between(2, 4);
  const watchedFrom = choices.below(laps);
  for (let lap = 0; lap < laps; lap++) {
    if (lap === watchedFrom) watch(bench, store);
    quietly(bench, store, choices.between(20_000, 90_000));
    if (lap < watchedFrom && choices.chance(0.5)) store.sync();
    if (lap >= watchedFrom) collector.pause(store.disk, store.expectation());
    store.checkpoint();
    for (let lane = 0; lane < store.lanes; lane++) {
      for (const slot of store.recyclable(lane)) {
        if (choices.chance(0.8)) store.recycle(lane, slot);
        if (choices.chance(0.3)) writeSomewhere(bench, store);
      }
    }
    if (lap < watchedFrom) continue;
    for (let index = choices.between(2, 12); index > 0; index--) {
      writeSomewhere(bench, store);
      collector.pause(store.disk, store.expectation());
      if (choices.chance(0.3)) store.sync();
    }
  }
  return end(bench, store);
};

function begin(bench: Bench, lanesMax: number): LaneStore {
  return new LaneStore(newDisk(bench), lanesMax, bench.seed);
}

function watch(bench: Bench, store: LaneStore): void {
  const meanwhile = () => {
    if (!store.isInRound || !bench.choices.chance(CONCURRENT_CHANCE)) return;
    store.isInRound = false;
    writeSomewhere(bench, store);
    store.isInRound = true;
  };
  bench.collector.watch(store.disk, () => store.expectation(), meanwhile);
}

function end(bench: Bench, store: LaneStore): string[] {
  bench.collector.unwatch(store.disk);
  store.unmap();
  return [];
}

function writeSomewhere(bench: Bench, store: LaneStore, count = 0): void {
  const { choices } = bench;
  const number = store.history.writes.length + 1;
  const wanted = count > 0 ? count : choices.weighted({ 1: 6, 3: 2, 8: 1 });
  store.write(choices.below(store.lanes), changes(choices, number, Number(wanted)));
}

/** Writes about so many bytes. */
function quietly(bench: Bench, store: LaneStore, bytes: number): void {
  const { choices } = bench;
  for (let filled = 0; filled < bytes; ) {
    const value = 'x'.repeat(choices.between(500, 4000));
    const number = store.history.writes.length;
    const change = [`key ${choices.below(24)}`, `${number}:${value}`] as const;
    store.write(choices.below(store.lanes), [change]);
    filled += value.length;
  }
}
