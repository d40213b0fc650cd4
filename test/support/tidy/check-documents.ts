// The documents keep up with the code: sections that sources name exist, every error code is
// explained and tested, every recovery fixture says what it is.

import type { Project, Source } from './project-files.js';
import { WITHOUT_SECTION } from './rules.js';

const FORMAT = 'docs/format.md';
const NAMED_SECTION = /docs\/format\.md,\s+(?:section\s+)?"([^"]+)"/g;

/** The sections a source names in its comments. A file of src/format has to name one. */
export function checkSections(project: Project, source: Source): string[] {
  if (!source.path.startsWith('src/')) return [];
  const headings = headingsOf(project.texts.get(FORMAT) ?? '');
  const problems: string[] = [];
  let count = 0;
  for (const match of proseOf(source).matchAll(NAMED_SECTION)) {
    count++;
    const section = match[1] ?? '';
    if (!headings.has(plain(section))) {
      problems.push(
        `${source.path}: ${FORMAT} has no section "${section}": write it or correct it`,
      );
    }
  }
  const mustName = source.path.startsWith('src/format/') && !isExcused(source.path);
  if (mustName && count === 0) {
    problems.push(
      `${source.path}: name the section that describes these bytes: // ${FORMAT}, "Record"`,
    );
  }
  return problems;
}

/** Codes of src/errors.ts, in order. */
export function errorCodes(project: Project): string[] {
  const errors = project.sources.get('src/errors.ts');
  const union = /type LaneErrorCode =([^;]*);/.exec(errors?.text ?? '')?.[1] ?? '';
  return [...union.matchAll(/'([A-Z_]+)'/g)].map((match) => match[1] ?? '');
}

export function checkErrorCode(project: Project, code: string): string[] {
  const problems: string[] = [];
  const word = new RegExp(`\\b${code}\\b`);
  const isNamed = (matches: (path: string) => boolean): boolean =>
    [...project.texts].some(([path, text]) => matches(path) && word.test(text));
  if (!isNamed((path) => path === 'README.md' || /^docs\/.*\.md$/.test(path))) {
    problems.push(
      `${code}: neither README.md nor docs/ explains it: say when it comes and what to do`,
    );
  }
  if (!isNamed((path) => /^test\/.*\.ts$/.test(path) && !path.startsWith('test/tidy'))) {
    problems.push(`${code}: no test names it: make it happen in a test`);
  }
  if (!isNamed((path) => /^src\/.*\.ts$/.test(path) && path !== 'src/errors.ts')) {
    problems.push(`${code}: no source raises it: raise it or remove it from src/errors.ts`);
  }
  return problems;
}

/** Directories of recovery-fixtures, by name. */
export function fixtureNames(project: Project): string[] {
  const names = [...project.directories]
    .map((path) => /^recovery-fixtures\/([^/]+)$/.exec(path)?.[1])
    .filter((name) => name !== undefined);
  return names.sort();
}

export function checkFixture(project: Project, name: string): string[] {
  const problems: string[] = [];
  for (const file of ['case.md', 'expected.json']) {
    const path = `recovery-fixtures/${name}/${file}`;
    if (!project.texts.has(path)) problems.push(`${path} is missing: the fixture says what it is`);
  }
  if (!(project.texts.get('recovery-fixtures/README.md') ?? '').includes(name)) {
    problems.push(`recovery-fixtures/README.md has no row for ${name}`);
  }
  return problems;
}

function isExcused(path: string): boolean {
  return Object.hasOwn(WITHOUT_SECTION, path);
}

/** The comments of a source as running text. */
function proseOf(source: Source): string {
  return source.comments
    .map((comment) => comment.text.replace(/^\s*(?:\/\/+|\/\*+|\*+\/?)/gm, ' '))
    .join(' ')
    .replace(/\s+/g, ' ');
}

function headingsOf(markdown: string): Set<string> {
  const headings = new Set<string>();
  for (const match of markdown.matchAll(/^#{1,6}\s+(.*)$/gm)) headings.add(plain(match[1] ?? ''));
  return headings;
}

/** A heading without its number, marks and case. */
function plain(heading: string): string {
  return heading
    .replace(/^[\d.]+\s+/, '')
    .replace(/[`*]/g, '')
    .trim()
    .toLowerCase();
}
