// Lengths: lines of a file, of a function's body, and columns of a line. Functions are found by
// matching braces in the text without comments and strings. Blank lines of a body do not count.

import type { Source } from './project-files.js';
import { COLUMNS_MAX, FILE_LINES_MAX, FUNCTION_LINES_MAX, INDEX_LINES_MAX } from './rules.js';
import { lineOf, type SourceText } from './source-text.js';

export interface FunctionLength {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

const NOT_FUNCTIONS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
/** What stands before the brace of an object type; any other brace in a return type opens the body. */
const TYPE_GOES_ON = new Set([':', '|', '&', '?', '=>', 'is', 'extends', 'keyof', 'readonly']);
const TYPE_ENDS = new Set([';', ',', ')', '}', ']', '=']);
const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

export function checkSize(source: Source): string[] {
  const problems: string[] = [];
  const lines = source.text.trimEnd().split('\n');
  const linesMax = source.path === 'src/index.ts' ? INDEX_LINES_MAX : FILE_LINES_MAX;
  if (lines.length > linesMax) {
    problems.push(`${source.path}: ${lines.length} lines, limit ${linesMax}: split it by concept`);
  }
  if (source.path.startsWith('test/')) return problems;
  for (const each of functionLengths(source)) {
    if (each.lines <= FUNCTION_LINES_MAX) continue;
    problems.push(
      `${source.path}:${each.line}: ${each.name} has ${each.lines} lines, limit ${FUNCTION_LINES_MAX}: give its parts names`,
    );
  }
  for (const [index, line] of lines.entries()) {
    if (line.length <= COLUMNS_MAX) continue;
    problems.push(
      `${source.path}:${index + 1}: ${line.length} columns, limit ${COLUMNS_MAX}: wrap it`,
    );
  }
  return problems;
}

/** Every function with a body in braces. */
export function functionLengths(source: SourceText): FunctionLength[] {
  const { code } = source;
  const functions: FunctionLength[] = [];
  for (const match of code.matchAll(/=>\s*\{/g)) {
    functions.push(measure(source, 'arrow function', match.index + match[0].length - 1));
  }
  for (const match of code.matchAll(/([\w$#]*)\s*(?:<[^(){};]*>)?\s*\(/g)) {
    const name = match[1] ?? '';
    if (NOT_FUNCTIONS.has(name) || /\bextends\s*$/.test(code.slice(0, match.index))) continue;
    const close = matching(code, match.index + match[0].length - 1);
    const open = bodyAfter(code, close + 1);
    if (open !== -1) functions.push(measure(source, name || 'function', open));
  }
  return functions.sort((a, b) => a.line - b.line);
}

/** Offset of the brace that opens the body behind parameters and return type; -1 if there is none. */
function bodyAfter(code: string, from: number): number {
  let at = skipBlank(code, from);
  if (code[at] === '{') return at;
  let before = code.charAt(at);
  if (before !== ':') return -1;
  for (at = skipBlank(code, at + 1); at < code.length; at = skipBlank(code, at)) {
    const token = /^(?:[\w$.]+|=>|.)/s.exec(code.slice(at, at + 200))?.[0] ?? '';
    if (token === '{' && !TYPE_GOES_ON.has(before)) return at;
    if (TYPE_ENDS.has(token)) return -1;
    if (token === '<') at = matchingAngle(code, at) + 1;
    else if (CLOSING.has(token)) at = matching(code, at) + 1;
    else at += token.length;
    before = token;
  }
  return -1;
}

function measure(source: SourceText, name: string, open: number): FunctionLength {
  const body = source.text.slice(open + 1, matching(source.code, open));
  const lines = body.split('\n').filter((line) => line.trim() !== '').length;
  return { name, line: lineOf(source.text, open), lines };
}

/** Offset of the bracket that closes the one at `open`. */
function matching(code: string, open: number): number {
  const opening = code.charAt(open);
  const closing = CLOSING.get(opening);
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === opening) depth++;
    if (code[at] === closing && --depth === 0) return at;
  }
  return code.length;
}

/** Offset of the `>` that closes the `<` at `open`; arrows inside do not close it. */
function matchingAngle(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '<') depth++;
    if (code[at] === '>' && code[at - 1] !== '=' && --depth === 0) return at;
  }
  return code.length;
}

function skipBlank(code: string, from: number): number {
  let at = from;
  while (at < code.length && /\s/.test(code.charAt(at))) at++;
  return at;
}
