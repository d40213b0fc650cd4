// The words of the command line as commands: their options, their help, and how each of them ends.
// A command is loaded when it is called: dump does not even load the engine.

import { Command, CommanderError, Option } from 'commander';
import {
  addRangeOptions,
  count,
  keyEncoding,
  keyJson,
  PATH,
  valueEncoding,
} from './command-options.js';
import { addCopyCommands } from './copy-commands.js';
import type { DumpOptions } from './dump.js';
import {
  EXIT_CODES_HELP,
  EXIT_FINE,
  EXIT_USAGE,
  errorLine,
  exitCodeOf,
  InterruptedError,
} from './exit-codes.js';
import type { GetOptions } from './get.js';
import type { InputStream } from './import.js';
import { isClosedPipe, type Output } from './output.js';
import type { PutOptions } from './put.js';
import type { RangeOptions } from './range.js';

const VERSION = '0.1.0';

/** Where a command says something. */
export interface Streams {
  output: Output;
  /** Help and version. */
  writeOut: (text: string) => void;
  writeError: (text: string) => void;
  /** What import reads; asked for once, and only then. */
  input: () => InputStream;
}

/** Runs one command and returns its exit code. Never throws: an error is a line and a code. */
export async function runCommand(words: string[], streams: Streams): Promise<number> {
  let exitCode = EXIT_FINE;
  try {
    const program = makeProgram(streams, (code) => {
      exitCode = code;
    });
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, streams);
  }
}

/** Says what went wrong and returns the exit code for it. */
function report(error: unknown, streams: Streams): number {
  if (isClosedPipe(error)) return EXIT_FINE;
  // commander has said it already; its help and version end like this too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_FINE : EXIT_USAGE;
  if (!(error instanceof InterruptedError)) streams.writeError(`${errorLine(error)}\n`);
  return exitCodeOf(error);
}

function makeProgram(streams: Streams, done: Done): Command {
  const { output } = streams;
  const program = new Command('lanedb')
    .description('Looks into LaneDB stores, and reads and writes them.')
    .version(VERSION)
    .configureOutput({
      writeOut: streams.writeOut,
      writeErr: streams.writeError,
      outputError: (text, write) => write(`lanedb: USAGE ${text.replace(/^error: /, '')}`),
    })
    .showSuggestionAfterError(false)
    .exitOverride()
    .addHelpText('after', EXIT_CODES_HELP);
  addDump(program, output, done);
  addVerify(program, output, done);
  addStats(program, output, done);
  addGet(program, output, done);
  addPut(program, done);
  addDel(program, done);
  addRange(program, output, done);
  addCopyCommands(program, streams, done);
  for (const command of program.commands) command.addHelpText('after', EXIT_CODES_HELP);
  return program;
}

type ReadOptions = Omit<GetOptions, 'keyJson'> & { keyJson?: true };
type Done = (exitCode: number) => void;

function addDump(program: Command, output: Output, done: Done): void {
  program
    .command('dump')
    .description('print everything in a store as it stands on the disk, damaged or in use or not')
    .argument('<path>', PATH)
    .option('--json', 'one JSON object a line')
    .option('--keys-only', 'only the keys of puts and deletes')
    .option('--hex', 'the bytes of every structure, field by field')
    .option('--from <sequence>', 'only records from this sequence on', count('--from'), 0)
    .option('--lane <number>', "only this lane's segments", count('--lane'))
    .addOption(keyEncoding())
    .action(async (path: string, options: Partial<DumpOptions> & Pick<DumpOptions, 'from'>) => {
      const { dump } = await import('./dump.js');
      const { json = false, keysOnly = false, hex = false, lane } = options;
      const encoding = options.keyEncoding ?? 'ordered';
      const chosen = { json, keysOnly, hex, lane, from: options.from, keyEncoding: encoding };
      done(await dump(output, path, chosen));
    });
}

function addVerify(program: Command, output: Output, done: Done): void {
  program
    .command('verify')
    .description('tell what recovery finds in a store, without opening or changing it')
    .argument('<path>', PATH)
    .option('--json', 'the report as one JSON object')
    .action(async (path: string, options: { json?: true }) => {
      const { verify } = await import('./verify.js');
      done(await verify(output, path, { json: options.json === true }));
    });
}

function addStats(program: Command, output: Output, done: Done): void {
  program
    .command('stats')
    .description('print counters and sizes of a store that nobody has open')
    .argument('<path>', PATH)
    .option('--json', 'as one JSON object')
    .action(async (path: string, options: { json?: true }) => {
      const { stats } = await import('./stats.js');
      done(await stats(output, path, { json: options.json === true }));
    });
}

function addGet(program: Command, output: Output, done: Done): void {
  program
    .command('get')
    .description('print the value of a key: a string as it is, everything else as JSON')
    .argument('<path>', PATH)
    .argument('<key>', 'the key, as text')
    .option('--json', 'key, value and version as one JSON object')
    .addOption(keyJson())
    .addOption(keyEncoding())
    .addOption(valueEncoding())
    .action(async (path: string, key: string, options: ReadOptions) => {
      const { get } = await import('./get.js');
      const { json = false, keyJson: isJson = false } = options;
      done(await get(output, { path, key }, { ...options, json, keyJson: isJson }));
    });
}

function addPut(program: Command, done: Done): void {
  program
    .command('put')
    .description('write a value; it is durable when the command ends')
    .argument('<path>', PATH)
    .argument('<key>', 'the key, as text')
    .argument('<value>', 'JSON if it can be read as JSON, else text')
    .option('--create', 'make the store if there is none')
    .addOption(keyJson())
    .addOption(keyEncoding())
    .addOption(valueEncoding())
    .action(async (path: string, key: string, value: string, options: Partial<PutOptions>) => {
      const { put } = await import('./put.js');
      const { create = false, keyJson: isJson = false } = options;
      const chosen = { ...(options as PutOptions), create, keyJson: isJson };
      done(await put({ path, key, value }, chosen));
    });
}

function addDel(program: Command, done: Done): void {
  program
    .command('del')
    .description('delete a key, there or not; that is durable when the command ends')
    .argument('<path>', PATH)
    .argument('<key>', 'the key, as text')
    .addOption(keyJson())
    .addOption(keyEncoding())
    .action(async (path: string, key: string, options: Partial<PutOptions>) => {
      const { del } = await import('./del.js');
      const { keyJson: isJson = false, keyEncoding: encoding = 'ordered' } = options;
      done(await del({ path, key }, { keyJson: isJson, keyEncoding: encoding }));
    });
}

function addRange(program: Command, output: Output, done: Done): void {
  const command = program
    .command('range')
    .description('print the entries between two keys, in key order, key and value as JSON')
    .argument('<path>', PATH);
  addRangeOptions(command)
    .addOption(new Option('--keys', 'only keys').conflicts('values'))
    .option('--values', 'only values')
    .option('--json', 'one JSON object a line')
    .addOption(keyJson())
    .addOption(keyEncoding())
    .addOption(valueEncoding())
    .action(async (path: string, options: Partial<RangeOptions>) => {
      const { range } = await import('./range.js');
      const flags = { reverse: false, keys: false, values: false, json: false, keyJson: false };
      const chosen = { ...flags, limit: undefined, ...options } as RangeOptions;
      done(await range(output, path, chosen));
    });
}
