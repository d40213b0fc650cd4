// Options that several commands have, with their help.

import { type Command, Option } from 'commander';
import { KEY_ENCODINGS, parseCount, VALUE_ENCODINGS } from './arguments.js';

/** What <path> is in the help of every command. */
export const PATH = 'directory of the store';

/** The options that choose a range of entries. */
export function addRangeOptions(command: Command): Command {
  return command
    .option('--gt <key>', 'only keys after this one')
    .option('--gte <key>', 'only this key and those after it')
    .option('--lt <key>', 'only keys before this one')
    .option('--lte <key>', 'only this key and those before it')
    .option('--prefix <key>', 'only keys that begin with this')
    .option('--reverse', 'last key first')
    .option('--limit <number>', 'at most so many entries', count('--limit'));
}

export function keyJson(): Option {
  return new Option('--key-json', 'keys are JSON: 42, ["a", 1], {"$bigint": "7"}');
}

export function keyEncoding(): Option {
  return new Option('--key-encoding <encoding>', 'what the store was opened with')
    .choices(KEY_ENCODINGS)
    .default('ordered');
}

export function valueEncoding(): Option {
  return new Option('--value-encoding <encoding>', 'what the store was opened with')
    .choices(VALUE_ENCODINGS)
    .default('msgpack');
}

export function count(name: string): (word: string) => number {
  return (word) => parseCount(word, name);
}
