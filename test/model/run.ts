// Many seeds of the model test: node dist/test/model/run.js --seeds 1000 [--from N] [--operations
// N] [--reopens N] [--io mapped|buffered]. Prints each seed; the first failure ends it with exit
// code 1.

import { parseArgs } from 'node:util';

import { runModel } from './model-run.js';

const OPERATIONS = 20_000;
const REOPENS = 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      from: { type: 'string', default: '1' },
      operations: { type: 'string', default: String(OPERATIONS) },
      reopens: { type: 'string', default: String(REOPENS) },
      io: { type: 'string' },
    },
  });
  const io = values.io === 'mapped' || values.io === 'buffered' ? values.io : undefined;
  if (values.io !== undefined && io === undefined) throw new TypeError('--io mapped or buffered');
  const first = positive(values.from, '--from');
  const count = positive(values.seeds, '--seeds');
  const operations = positive(values.operations, '--operations');
  const reopens = positive(values.reopens, '--reopens');
  const start = performance.now();
  let sum = 0;
  for (let seed = first; seed < first + count; seed++) {
    const began = performance.now();
    const result = await runModel({ seed, operations, reopens, io });
    sum += result.operations;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(
      `seed ${seed} ${result.encodings}: ${result.operations} operations, ` +
        `${result.reopens} reopens (${result.fullTimes} full), ${result.keys} keys, ${seconds} s`,
    );
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${count} seeds, ${sum} operations, ${seconds} s: no difference`);
  return 0;
}

function positive(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`${name} is a number from 1`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
