// Which source may import what: the import table, packages in their one folder, readers that stay
// readers, and sources that nothing imports. Every message says what to do instead.

import type { Import, Project, Source } from './project-files.js';
import {
  CLI_READERS,
  ENTRY_POINTS,
  LAYERS,
  OPEN_TO_ALL,
  OPTIONAL_PACKAGES,
  READERS_ONLY,
  TYPE_ONLY_OUTSIDE,
  WRITERS,
} from './rules.js';
import { lineOf } from './source-text.js';

export function checkImports(project: Project, source: Source): string[] {
  if (!source.path.startsWith('src/')) return [];
  const folder = folderOf(source.path);
  const layerName = CLI_READERS.test(source.path) ? 'cli readers' : folder;
  if (!Object.hasOwn(LAYERS, layerName)) {
    return [
      `${source.path}: new place ${folder}: give it a row in the import table (test/support/tidy/rules.ts) and in ARCHITECTURE.md`,
    ];
  }
  const problems: string[] = [];
  for (const each of source.imports) {
    const problem =
      each.target === undefined
        ? outsideProblem(layerName, each)
        : insideProblem(project, layerName, folder, each.target);
    if (problem !== undefined) {
      problems.push(`${source.path}:${lineOf(source.text, each.start)}: ${problem}`);
    }
  }
  return problems;
}

/** What a reader's imports lead to must not be able to write a store. */
export function checkReaders(project: Project, source: Source): string[] {
  if (!READERS_ONLY.test(source.path)) return [];
  for (const [path, chain] of closureOf(project, source.path)) {
    if (path !== source.path && WRITERS.test(path)) {
      return [
        `${source.path}: reads only, but imports lead to a writer: ${chain.join(' -> ')}; move what both need to format/ or to a reader`,
      ];
    }
  }
  return [];
}

/** A source that no other source needs is dead, or is waiting to be used. */
export function checkUse(project: Project, source: Source): string[] {
  if (!source.path.startsWith('src/') || Object.hasOwn(ENTRY_POINTS, source.path)) return [];
  for (const [path, other] of project.sources) {
    if (path === source.path || !path.startsWith('src/')) continue;
    if (other.imports.some((each) => each.target === source.path)) return [];
  }
  return [`${source.path}: nothing in src/ imports it: use it or delete it`];
}

/** Imports that lead back to where they started. */
export function checkCycles(project: Project, source: Source): string[] {
  for (const each of source.imports) {
    if (each.target === undefined || each.isTypeOnly) continue;
    const chain = closureOf(project, each.target).get(source.path);
    if (chain !== undefined) {
      return [
        `${source.path}: imports itself: ${[source.path, ...chain].join(' -> ')}; move what both need to a third file`,
      ];
    }
  }
  return [];
}

function outsideProblem(layerName: string, each: Import): string | undefined {
  const allowed = LAYERS[layerName]?.outside ?? [];
  if (each.isCompiled && OPTIONAL_PACKAGES.includes(each.specifier)) {
    return `${each.specifier} may be absent, its types too: load it with createRequire() and describe what is used with an interface`;
  }
  if (allowed.includes(each.specifier)) return undefined;
  if (each.isTypeOnly && TYPE_ONLY_OUTSIDE.includes(each.specifier)) return undefined;
  const homes = Object.keys(LAYERS).filter((name) =>
    LAYERS[name]?.outside.includes(each.specifier),
  );
  if (homes.length === 0) {
    return `${each.specifier} is not used in src/: do without it, or give it one folder in the import table`;
  }
  return `${each.specifier} belongs to ${homes.join(', ')}: go through that folder`;
}

function insideProblem(
  project: Project,
  layerName: string,
  folder: string,
  target: string,
): string | undefined {
  if (!target.startsWith('src/')) return `${target} lies outside src/: sources import sources`;
  if (!project.sources.has(target)) return `${target} does not exist: imports end in .js`;
  const targetFolder = folderOf(target);
  const allowed = LAYERS[layerName]?.inside ?? [];
  if (targetFolder === folder && folder !== 'index.ts') return undefined;
  if (allowed.includes(targetFolder) || OPEN_TO_ALL.includes(targetFolder)) return undefined;
  if (allowed.includes(target.replace('src/', ''))) return undefined;
  const list = allowed.length > 0 ? allowed.join(', ') : 'nothing';
  return `${layerName} may import ${list}, not ${targetFolder}: pass it in, or move what both need down to format/`;
}

/** Everything reachable from a source, each with the chain that leads there. */
function closureOf(project: Project, path: string): Map<string, string[]> {
  const chains = new Map<string, string[]>([[path, [path]]]);
  for (const [at, chain] of chains) {
    for (const each of project.sources.get(at)?.imports ?? []) {
      if (each.target === undefined || each.isTypeOnly || chains.has(each.target)) continue;
      chains.set(each.target, [...chain, each.target]);
    }
  }
  return chains;
}

/** 'wal' of src/wal/segment.ts, 'index.ts' of src/index.ts. */
function folderOf(path: string): string {
  return path.split('/')[1] ?? path;
}
