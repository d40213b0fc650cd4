// The command line of the benchmark.

import { parseArgs } from 'node:util';

export interface Arguments {
  readonly quick: boolean;
  readonly micro: boolean;
  readonly help: boolean;
  readonly only: readonly string[] | undefined;
  readonly engines: readonly string[] | undefined;
  readonly rounds: number;
  readonly keys: number;
  readonly directory: string | undefined;
}

export const USAGE = `usage: npm run bench -- [options]
  --quick             few records, one round: a check that everything runs, not a result
  --only A,B          these workloads (with --micro: primitives whose name contains one of these)
  --engines A,B       these engines
  --rounds N          rounds (default 3, with --quick 1)
  --keys N            records in a store (default 500000, with --quick 20000)
  --directory PATH    where temporary stores go (default bench/tmp)
  --micro             primitives instead of stores
  --help              this text`;

function list(text: string | undefined): string[] | undefined {
  return text?.split(',').filter((name) => name !== '');
}

function positive(text: string | undefined, name: string, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`--${name} must be a whole number of at least ${least}`);
  }
  return value;
}

export function readArguments(parameters: string[]): Arguments {
  const { values } = parseArgs({
    args: parameters,
    options: {
      quick: { type: 'boolean', default: false },
      micro: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      only: { type: 'string' },
      engines: { type: 'string' },
      rounds: { type: 'string' },
      keys: { type: 'string' },
      directory: { type: 'string' },
    },
  });
  return {
    quick: values.quick,
    micro: values.micro,
    help: values.help,
    only: list(values.only),
    engines: list(values.engines),
    rounds: positive(values.rounds, 'rounds', 1) ?? (values.quick ? 1 : 3),
    keys: positive(values.keys, 'keys', 5000) ?? (values.quick ? 20_000 : 500_000),
    directory: values.directory,
  };
}

/** The entries whose name was asked for, in their own order; an unknown name throws. */
export function choose<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[] | undefined,
  what: string,
): T[] {
  for (const name of names ?? []) {
    if (!all.some((entry) => entry.name === name)) {
      const known = all.map((entry) => entry.name).join(', ');
      throw new RangeError(`unknown ${what} '${name}'; there are ${known}`);
    }
  }
  return all.filter((entry) => names?.includes(entry.name) ?? true);
}
