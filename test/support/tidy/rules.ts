// The rules of the code as data: which folder may import what, the limits, and the exceptions with
// their reasons. Widening the import table is a design change: say why in ARCHITECTURE.md.

export interface Layer {
  /** Folders and single files of src/ that may be imported, besides the folder itself. */
  readonly inside: readonly string[];
  /** Packages and node: modules that may be imported. */
  readonly outside: readonly string[];
}

/** Open to every file of src/. */
export const OPEN_TO_ALL: readonly string[] = [
  'errors.ts',
  'invariant.ts',
  'option-values.ts',
  'check-operations.ts',
];

/** Only a type: allowed everywhere, because nothing of it is left in the compiled code. */
export const TYPE_ONLY_OUTSIDE: readonly string[] = ['node:buffer'];

/** May be absent, when compiling too: loaded by name with require(), described by own types. */
export const OPTIONAL_PACKAGES: readonly string[] = ['koffi'];

const NODE_FILES = ['node:fs', 'node:fs/promises', 'node:os', 'node:path', 'node:crypto'];

export const LAYERS: Readonly<Record<string, Layer>> = {
  format: { inside: [], outside: [] },
  // LOCK is the one file that io/ itself writes and reads, checksum included: no other format.
  io: {
    inside: ['format/lock-owner.ts'],
    outside: [...NODE_FILES, 'node:module', 'node:zlib', 'koffi'],
  },
  codec: { inside: ['format', 'io'], outside: ['node:zlib'] },
  control: { inside: ['format'], outside: [] },
  wal: { inside: ['format', 'io', 'codec', 'control'], outside: [] },
  sync: { inside: ['format', 'io', 'control'], outside: ['node:worker_threads'] },
  threads: {
    inside: ['format', 'io', 'control', 'wal', 'sync'],
    outside: ['node:worker_threads'],
  },
  memtable: { inside: ['format', 'control'], outside: [] },
  cache: { inside: ['control'], outside: [] },
  tree: { inside: ['format', 'io', 'codec', 'control', 'cache'], outside: [] },
  'value-log': { inside: ['format', 'io', 'codec', 'control', 'cache'], outside: [] },
  fold: {
    inside: ['format', 'io', 'codec', 'control', 'cache', 'tree', 'value-log'],
    outside: [],
  },
  keys: { inside: ['format'], outside: [] },
  values: { inside: ['format'], outside: ['msgpackr', 'node:worker_threads'] },
  recovery: { inside: ['format', 'io', 'codec', 'wal', 'memtable'], outside: [] },
  directory: { inside: ['format', 'io', 'codec', 'wal', 'recovery'], outside: [] },
  salvage: { inside: ['format', 'io', 'codec', 'wal', 'recovery'], outside: [] },
  store: {
    inside: [
      'format',
      'io',
      'codec',
      'control',
      'wal',
      'sync',
      'threads',
      'memtable',
      'recovery',
      'directory',
      'salvage',
      'cache',
      'tree',
      'value-log',
      'keys',
      'values',
    ],
    outside: ['node:events'],
  },
  log: {
    inside: ['format', 'io', 'codec', 'control', 'wal', 'sync', 'threads', 'recovery', 'directory'],
    outside: ['node:timers/promises'],
  },
  cli: { inside: ['index.ts'], outside: ['commander', 'node:util'] },
  'cli readers': {
    inside: ['format', 'io', 'codec', 'wal', 'recovery', 'keys', 'values'],
    outside: ['commander', 'node:util'],
  },
  'index.ts': { inside: ['store', 'keys', 'values'], outside: [] },
  'wal-api.ts': { inside: ['log'], outside: [] },
  'errors.ts': { inside: [], outside: [] },
  'invariant.ts': { inside: [], outside: [] },
  'option-values.ts': { inside: [], outside: [] },
  'check-operations.ts': { inside: ['format'], outside: [] },
};

/** Commands of src/cli that stand on the readers, never on the engine: they look at broken stores. */
export const CLI_READERS = /^src\/cli\/(?:dump|verify|annotate)(?:-[a-z-]+)?\.ts$/;

/** Sources whose imports, followed to the end, must hold nothing that writes a store. */
export const READERS_ONLY = /^src\/(?:recovery\/|salvage\/|cli\/(?:dump|verify|annotate)[-.])/;
export const WRITERS =
  /^src\/(?:store\/|log\/|threads\/|directory\/|sync\/|index\.ts|[a-z-]+\/(?:[a-z-]+-)?(?:writer|merge|merger|gc|autotuner)\.ts)/;

export const FILE_LINES_MAX = 300;
export const FUNCTION_LINES_MAX = 60;
export const COLUMNS_MAX = 100;
export const INDEX_LINES_MAX = 60;

/** Sources that nothing in src/ imports, because they are started from outside. */
export const ENTRY_POINTS: Readonly<Record<string, string>> = {
  'src/index.ts': 'the public API',
  'src/wal-api.ts': 'the public API of lanedb/wal',
  'src/cli/main.ts': 'the lanedb command',
  'src/store/lanes.ts': 'lanes beside lane 0, which only tests add so far',
  'src/tree/check-tree.ts': 'the tree, which nothing verifies yet',
  'src/fold/tree-folder.ts': 'the fold, which no checkpoint runs yet',
  'src/store/tree-reads.ts': 'the tree, which no read looks into yet',
  'src/store/merged-walk.ts': 'ranges over log and tree, which nothing asks for yet',
};

/** Sources without a test file of the same name, and why. */
export const TESTED_ELSEWHERE: Readonly<Record<string, string>> = {
  'src/cli/dump-facts.ts': 'types only: nothing to run',
  'src/index.ts': 'public-api.test.ts compares its exports',
  'src/wal-api.ts': 'public-api.test.ts compares its exports',
  'src/log/log-entry.ts': 'log-appender.test.ts compares every kind that comes back',
  'src/log/log-hook.ts': 'log-engine.test.ts counts its entries, retire.test.ts its segments',
  'src/log/log-parts.ts': 'types only: nothing to run',
  'src/log/log-ring.ts': 'open-log.test.ts goes on in segments of every length',
  'src/log/synced-end.ts': 'log-engine.test.ts compares the synced position with what was synced',
  'src/io/file-system.ts': 'interfaces only: nothing to run',
  'src/recovery/report.ts': 'types only: nothing to run',
  'src/salvage/report.ts': 'types only: nothing to run',
  'src/sync/background.ts': 'an interface only: nothing to run',
  'src/wal/resume-segment.ts': 'open-log.test.ts of store/ and log/ go on in what was left',
  'src/wal/segment-spec.ts': 'types and one length, which segment-ring.test.ts sees in use',
  'src/store/entry-run.ts': 'merged-walk.test.ts reads every field of its entries',
  'src/store/tree-entry.ts': 'merged-walk.test.ts reads inline, shared and long values',
  'src/fold/catalogue-changes.ts': 'tree-folder.test.ts compares live bytes and files',
  'src/fold/catalogue-reader.ts': 'tree-folder.test.ts reads what it wrote',
  'src/fold/fact-list.ts': 'tree-folder.test.ts writes facts of every length',
  'src/fold/mark-pages.ts': 'tree-folder.test.ts counts the pages in use after reopening',
  'src/fold/tree-roots.ts': 'a type and its empty value',
  'src/tree/change-list.ts': 'merge.test.ts brings changes in',
  'src/tree/level.ts': 'tree-builder.test.ts counts what its levels make',
  'src/tree/merge-count.ts': 'merge.test.ts compares the counts with those of the whole tree',
  'src/tree/merge-pages.ts': 'merge.test.ts accounts for every page',
  'src/tree/page-pointer.ts': 'a type and its empty value',
  'src/cache/private-memory.ts': 'four views, which every test of tree/ reads',
  'src/tree/stage-change.ts': 'merge.test.ts compares every field of an entry',
  'src/tree/staged-entries.ts': 'page-layout.test.ts lays out what is staged',
  'src/tree/tree-search.ts': 'cursor.test.ts compares searches and cursors',
  'src/format/tree-page.ts': 'page-layout.test.ts of tree/ writes, merge.test.ts reads every field',
  'src/format/tree-page-check.ts': 'page-file.test.ts of tree/ changes every field',
  'src/format/value-frame.ts': 'value-file.test.ts of value-log/ changes every field',
  'src/value-log/value-files.ts': 'frame-cache.test.ts reads through them',
  'src/value-log/frame-builder.ts': 'value-file.test.ts reads back what it builds',
  'src/threads/preparer-thread.ts': 'entry of a thread: background-threads.test.ts starts it',
};

/** Files of src/format that describe no bytes of their own, and why. */
export const WITHOUT_SECTION: Readonly<Record<string, string>> = {
  'src/format/byte-array.ts': 'what a Uint8Array is, for keys and values',
  'src/format/uint64.ts': 'arithmetic that every structure uses',
  'src/format/utf8.ts': 'text as bytes, for names in every structure',
};

/** What the project's files must not mention: it speaks of itself alone. */
export const FOREIGN_WORDS: readonly RegExp[] = [
  new RegExp(['(?<![\\w.~-])', 'work', ''].join('/')),
  new RegExp(['helper', 'session'].join('[ -]'), 'i'),
  new RegExp(['DESIGN', 'md'].join('\\.')),
  new RegExp(['STYLE', 'md'].join('\\.')),
];
