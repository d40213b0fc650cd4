// The text files of a project as a map from path to text, read once, and what its sources import.
// The checks work on this value alone, so that a test can hand them a planted bad project.

import { readdirSync, readFileSync } from 'node:fs';
import { extname, posix } from 'node:path';

import { type SourceText, scanSource } from './source-text.js';

export interface Import {
  /** As written: './x.js', 'node:fs', 'koffi'. */
  readonly specifier: string;
  /** Path of the source in the project, if the specifier is relative. */
  readonly target: string | undefined;
  readonly isTypeOnly: boolean;
  /** The compiler looks the package up: an import in any form, not a function call with its name. */
  readonly isCompiled: boolean;
  readonly start: number;
}

export interface Source extends SourceText {
  /** Relative to the project's root, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
}

export interface Project {
  /** Every text file. */
  readonly texts: ReadonlyMap<string, string>;
  /** TypeScript and JavaScript files. */
  readonly sources: ReadonlyMap<string, Source>;
  /** Every directory that holds files. */
  readonly directories: ReadonlySet<string>;
}

const IGNORED = new Set([
  '.cache',
  '.git',
  'dist',
  'node_modules',
  'package-lock.json',
  'results',
  'tmp',
]);
const TEXT = new Set(['.json', '.jsonc', '.md', '.mjs', '.svg', '.ts', '.txt', '.yml']);

const IMPORT_FORMS = [
  /\b(?:import|export)\b(?<type>\s+type\b)?[^;'"`()]*?\bfrom\s*(?=['"])/g,
  /\bimport\s*(?=['"])/g,
  /\bimport\s*\(\s*(?=['"`])/g,
  /\bnew\s+URL\s*\(\s*(?=['"`])/g,
];
const PACKAGE_NAME = /^(?:node:[a-z_/]+|koffi|msgpackr|commander)$/;

export function loadProject(root: string): Project {
  const texts = new Map<string, string>();
  const directories = new Set<string>();
  const visit = (directory: string): void => {
    directories.add(directory);
    for (const entry of readdirSync(posix.join(root, directory), { withFileTypes: true })) {
      const path = posix.join(directory, entry.name);
      if (IGNORED.has(entry.name)) continue;
      if (entry.isDirectory()) visit(path);
      else if (isText(path)) texts.set(path, readFileSync(posix.join(root, path), 'utf8'));
    }
  };
  visit('.');
  return projectOf(texts, directories);
}

/** A project of given texts, for tests of the checks. */
export function plantProject(texts: Record<string, string>): Project {
  const directories = new Set<string>(['.']);
  for (const path of Object.keys(texts)) {
    for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) directories.add(at);
  }
  return projectOf(new Map(Object.entries(texts)), directories);
}

function projectOf(texts: Map<string, string>, directories: Set<string>): Project {
  const sources = new Map<string, Source>();
  for (const path of [...texts.keys()].sort()) {
    if (!/\.(?:ts|mjs)$/.test(path)) continue;
    const scanned = scanSource(texts.get(path) ?? '');
    sources.set(path, { ...scanned, path, imports: importsOf(path, scanned) });
  }
  return { texts, sources, directories };
}

function isText(path: string): boolean {
  return path === '.ci/run' || TEXT.has(extname(path));
}

function importsOf(path: string, source: SourceText): Import[] {
  const strings = new Map(source.strings.map((piece) => [piece.start, piece.text]));
  const imports: Import[] = [];
  for (const form of IMPORT_FORMS) {
    for (const match of source.code.matchAll(form)) {
      const start = match.index + match[0].length;
      const specifier = strings.get(start);
      strings.delete(start);
      if (specifier === undefined) continue;
      const isTypeOnly = match.groups?.['type'] !== undefined;
      const target = targetOf(path, specifier);
      imports.push({ specifier, target, isTypeOnly, isCompiled: true, start });
    }
  }
  // A package can also be reached through a function: require('koffi'), getBuiltinModule('node:fs').
  for (const [start, specifier] of strings) {
    if (!PACKAGE_NAME.test(specifier)) continue;
    imports.push({ specifier, target: undefined, isTypeOnly: false, isCompiled: false, start });
  }
  return imports;
}

function targetOf(path: string, specifier: string): string | undefined {
  if (!/^\.\.?\//.test(specifier)) return undefined;
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
}
