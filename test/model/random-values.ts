// Random values that an encoding takes and gives back equal, from nothing to several kilobytes.

import type { Choices } from '../support/choices.js';

export type ValueEncodingName = 'msgpack' | 'json' | 'utf8' | 'binary';

const CHARACTERS = ['a', 'B', '7', ' ', '"', '\\', '\n', '\u00e9', '\u20ac', '\u{1f600}'];
const NUMBERS = [0, 1, -1, 127, 128, 255, 256, -33, 65_536, 2 ** 31, 2 ** 32, 2 ** 40, 0.5, -1e300];

/** `large` is the share of values of several kilobytes. */
export function randomValue(choices: Choices, encoding: ValueEncodingName, large: number): unknown {
  const isLarge = choices.chance(large);
  switch (encoding) {
    case 'binary':
      return isLarge ? largeBytes(choices) : choices.bytes(randomLength(choices));
    case 'utf8':
      return isLarge ? largeText(choices) : choices.text(CHARACTERS, randomLength(choices));
    case 'json':
      return isLarge ? largeText(choices) : randomStructure(choices, 0, false);
    case 'msgpack':
      return isLarge ? [largeBytes(choices)] : randomStructure(choices, 0, true);
  }
}

/** Does often not fit what is left of a segment. */
function largeText(choices: Choices): string {
  return choices.text(CHARACTERS, 9).padEnd(choices.between(2000, 12_000), 'large ');
}

function largeBytes(choices: Choices): Uint8Array {
  return new Uint8Array(choices.between(2000, 12_000)).fill(choices.below(256));
}

function randomLength(choices: Choices): number {
  return choices.chance(0.05) ? choices.between(300, 2000) : choices.between(0, 60);
}

function randomStructure(choices: Choices, depth: number, isRich: boolean): unknown {
  const type = choices.weighted({
    number: 4,
    text: 4,
    boolean: 1,
    null: 1,
    array: depth < 3 ? 2 : 0,
    object: depth < 3 ? 3 : 0,
    bytes: isRich ? 2 : 0,
    date: isRich ? 1 : 0,
  });
  switch (type) {
    case 'number':
      return choices.pick(NUMBERS);
    case 'text':
      return choices.text(CHARACTERS, depth === 0 ? randomLength(choices) : choices.below(8));
    case 'boolean':
      return choices.chance(0.5);
    case 'null':
      return null;
    case 'array':
      return Array.from({ length: choices.below(5) }, () =>
        randomStructure(choices, depth + 1, isRich),
      );
    case 'object':
      return Object.fromEntries(
        Array.from({ length: choices.below(5) }, () => [
          `field-${choices.below(20)}`,
          randomStructure(choices, depth + 1, isRich),
        ]),
      );
    case 'bytes':
      return choices.bytes(choices.below(20));
    case 'date':
      return new Date(choices.between(-1e9, 1e9) * 1000);
  }
}
