// The tests that docs/seeds.md names, found in their sources by their titles. What a test uses: the
// text of its body, and of the functions and constants of its file, or of seed-logs.ts, that it names.

import { scanSource } from '../support/tidy/source-text.js';
import type { ReadText } from './seed-declarations.js';
import type { NamedTest } from './seed-document.js';

const SHARED = 'test/seeds/seed-logs.ts';
const TOP_LEVEL =
  /^(?:export )?(?:async )?(?:function\*?|const|class|interface|type|import|test)\b/gm;
const DECLARED = /^(?:export )?(?:async )?(?:function\*? |const |class )(\w+)/;

interface TestSource {
  /** The text with its comments turned into spaces. */
  readonly text: string;
  readonly code: string;
  /** Inside of the call that each title is the first argument of, and the name that is called. */
  readonly tests: ReadonlyMap<string, { call: string; body: string }>;
  readonly declared: ReadonlyMap<string, string>;
}

export class SeedTests {
  readonly #read: ReadText;
  readonly #sources = new Map<string, TestSource | undefined>();

  constructor(read: ReadText) {
    this.#read = read;
  }

  /** What is wrong with the test itself; undefined if it is there and runs. */
  problemOf({ file, title }: NamedTest): string | undefined {
    const source = this.#sourceOf(file);
    if (source === undefined) return `there is no file ${file}`;
    const found = source.tests.get(title);
    if (found === undefined) return `${file} has no test '${title}'`;
    return found.call === 'test' || found.call === 'test.serial'
      ? undefined
      : `'${title}' is a ${found.call}`;
  }

  /** Everything in which the test may use a name. */
  usedBy({ file, title }: NamedTest): string {
    const source = this.#sourceOf(file);
    const body = source?.tests.get(title)?.body ?? '';
    const texts = [body];
    for (const { declared } of [source, this.#sourceOf(SHARED)].filter(
      (one) => one !== undefined,
    )) {
      for (const [name, text] of declared) {
        if (new RegExp(`\\b${name}\\b`).test(body)) texts.push(text);
      }
    }
    return texts.join('\n');
  }

  #sourceOf(file: string): TestSource | undefined {
    if (!this.#sources.has(file)) {
      const text = this.#read(file);
      this.#sources.set(file, text === undefined ? undefined : parse(text));
    }
    return this.#sources.get(file);
  }
}

function parse(original: string): TestSource {
  const { code, comments, strings } = scanSource(original);
  let text = original;
  for (const { start, text: comment } of comments) {
    const blank = comment.replace(/[^\n]/g, ' ');
    text = text.slice(0, start) + blank + text.slice(start + comment.length);
  }
  const tests = new Map<string, { call: string; body: string }>();
  for (const { start, text: title } of strings) {
    const call = /\b(test(?:\.\w+)*)\(\s*$/.exec(code.slice(Math.max(0, start - 200), start))?.[1];
    if (call === undefined) continue;
    const bodyStart = start + title.length + 2;
    const body = text.slice(bodyStart, endOfCall(code, bodyStart));
    // Of two tests with one title none is meant.
    tests.set(
      title,
      tests.has(title) ? { call: 'test with the title of another', body } : { call, body },
    );
  }
  return { text, code, tests, declared: declarationsOf(text, code) };
}

/** Offset of the parenthesis that closes the call in whose arguments `start` lies. */
function endOfCall(code: string, start: number): number {
  let depth = 1;
  for (let at = start; at < code.length; at++) {
    if (code[at] === '(') depth++;
    if (code[at] === ')') depth--;
    if (depth === 0) return at;
  }
  return code.length;
}

function declarationsOf(text: string, code: string): Map<string, string> {
  const starts = Array.from(code.matchAll(TOP_LEVEL), (match) => match.index);
  const declared = new Map<string, string>();
  for (const [index, start] of starts.entries()) {
    const piece = text.slice(start, starts[index + 1]);
    const name = DECLARED.exec(piece)?.[1];
    if (name !== undefined) declared.set(name, piece);
  }
  return declared;
}
