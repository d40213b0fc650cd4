// How a source looks: its opening comment, its name, its characters, what was left behind in it,
// and whether a test of the same name stands beside it.

import type { Project, Source } from './project-files.js';
import { FOREIGN_WORDS, TESTED_ELSEWHERE } from './rules.js';
import { lineOf, type Piece } from './source-text.js';

const OPENING_LINES_MAX = 6;
const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.test-d)?\.(?:ts|mjs)$/;
const LEFT_IN_COMMENT = /\b(?:FIXME|XXX|TODO|HACK)\b/;
const LEFT_IN_CODE = /\bdebugger\b|\.only\s*\(|@ts-ignore/g;
const CODE_STATEMENT =
  /^(?:(?:const|let|var|return|throw|await|yield|export|import|new|delete|void)\b.*|(?:if|for|while|switch)\s*\(.*\).*|[\w$.#]+\(.*\)|[\w$.#[\]]+\s*[-+*/|&]?=\s*.*)[;{]$/;

export function checkForm(project: Project, source: Source): string[] {
  const name = source.path.split('/').at(-1) ?? '';
  const problems: string[] = [];
  if (!KEBAB_CASE.test(name)) {
    problems.push(`${source.path}: name it in kebab-case after its main export`);
  }
  problems.push(...openingProblems(source));
  if (source.path.startsWith('src/')) {
    problems.push(...asciiProblems(source), ...testProblems(project, source));
  }
  return problems;
}

export function checkLeftovers(source: Source): string[] {
  const problems: string[] = [];
  for (const match of source.code.matchAll(LEFT_IN_CODE)) {
    problems.push(`${at(source, match.index)}: ${match[0].trim()}: left over, remove it`);
  }
  for (const comment of source.comments) {
    const left = LEFT_IN_COMMENT.exec(comment.text);
    if (left !== null) {
      problems.push(`${at(source, comment.start)}: ${left[0]}: do it, or say what does not work`);
    }
    if (/@ts-ignore/.test(comment.text)) {
      problems.push(`${at(source, comment.start)}: @ts-ignore: say the type`);
    }
    for (const line of commentLines(comment)) {
      if (!CODE_STATEMENT.test(line)) continue;
      problems.push(`${at(source, comment.start)}: commented-out code, delete it: ${line}`);
    }
  }
  return problems;
}

/** Any text file: what it must not mention. */
export function checkWords(path: string, text: string): string[] {
  const problems: string[] = [];
  for (const pattern of FOREIGN_WORDS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    problems.push(
      `${path}:${lineOf(text, match.index)}: "${match[0]}" is not part of this project: say it in its own words`,
    );
  }
  return problems;
}

function openingProblems(source: Source): string[] {
  const first = source.comments[0];
  const start = first?.text.startsWith('#!') ? first.text.length : 0;
  if (!/^\s*(?:\/\/|\/\*)/.test(source.text.slice(start))) {
    return [`${source.path}: open it with a comment: what it is, guarantees, does not do`];
  }
  const lines = source.text.slice(start).trimStart().split('\n');
  const length = lines.findIndex((line) => !line.startsWith('//'));
  if (length > OPENING_LINES_MAX) {
    return [
      `${source.path}: ${length} opening lines, limit ${OPENING_LINES_MAX}: prose goes to docs/`,
    ];
  }
  return [];
}

function asciiProblems(source: Source): string[] {
  for (let index = 0; index < source.text.length; index++) {
    if (source.text.charCodeAt(index) < 128) continue;
    const code = source.text.charCodeAt(index).toString(16).padStart(4, '0');
    return [`${at(source, index)}: a character outside ASCII: write \\u${code} or a plain word`];
  }
  return [];
}

function testProblems(project: Project, source: Source): string[] {
  if (Object.hasOwn(TESTED_ELSEWHERE, source.path)) return [];
  const test = source.path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
  if (project.texts.has(test)) return [];
  return [
    `${source.path}: has no ${test}: write it, or give the reason in TESTED_ELSEWHERE (test/support/tidy/rules.ts)`,
  ];
}

function commentLines(comment: Piece): string[] {
  return comment.text
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\/\/+|\/\*+|\*+\/?)/, '').trim());
}

function at(source: Source, offset: number): string {
  return `${source.path}:${lineOf(source.text, offset)}`;
}
