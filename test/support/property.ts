// Runs a property with a seed that is printed, also when all goes well. LANEDB_SEED repeats a run.

import type { ExecutionContext } from 'ava';
import fc from 'fast-check';

/** Checks that a property holds in `runs` random cases. */
export function checkProperty<T>(t: ExecutionContext, property: fc.IProperty<T>, runs = 200): void {
  const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 0x7fffffff);
  t.log(`seed ${seed}`);
  fc.assert(property, { seed, numRuns: runs });
  t.pass();
}

/** The same for a property with promises. */
export async function checkAsyncProperty<T>(
  t: ExecutionContext,
  property: fc.IAsyncProperty<T>,
  runs = 200,
): Promise<void> {
  const seed = Number(process.env['LANEDB_SEED'] ?? Date.now() % 0x7fffffff);
  t.log(`seed ${seed}`);
  await fc.assert(property, { seed, numRuns: runs });
  t.pass();
}
