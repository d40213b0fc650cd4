// Counters: read, decide and write as one atomic step. The body of a transaction is synchronous,
// sees its own writes, and leaves nothing behind when it throws. Run: npm run build && node
// dist/examples/counters.js

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { open } from 'lanedb';

const path = join(mkdtempSync(join(tmpdir(), 'lanedb-')), 'counters');
const store = await open<'utf8', 'json'>(path, { keyEncoding: 'utf8', valueEncoding: 'json' });

function balance(account: string): number {
  return Number(store.get(account) ?? 0);
}

/** Moves an amount; both balances change or none does. */
function transfer(from: string, to: string, amount: number): Promise<void> {
  const { durable } = store.transaction((tx) => {
    const rest = Number(tx.get(from) ?? 0) - amount;
    if (rest < 0) throw new RangeError(`${from} has not enough`);
    tx.put(from, rest);
    tx.put(to, Number(tx.get(to) ?? 0) + amount);
  });
  return durable;
}

await store.put('ada', 100);
await transfer('ada', 'grace', 30);
console.log({ ada: balance('ada'), grace: balance('grace') });

try {
  await transfer('ada', 'grace', 500);
} catch (error) {
  console.log(`refused: ${(error as Error).message}`);
}
console.log({ ada: balance('ada'), grace: balance('grace') });

// Many in flight: the group shares one sync of the disk.
const steps = Array.from({ length: 10_000 }, () => transfer('ada', 'ada', 1));
await Promise.all(steps);

// Optimistic instead: write only if nobody else did since it was read.
const entry = store.getEntry('ada');
const isWritten = await store.put('ada', balance('ada') + 1, { ifVersion: entry?.version ?? 0 });
console.log(`conditional put: ${isWritten}`, { ada: balance('ada') });

await store.close();
rmSync(path, { recursive: true });
