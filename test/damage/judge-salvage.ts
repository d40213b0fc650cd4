// Salvages a damaged store and holds the result to what was written and to what the damage left: nothing
// invented, everything whole is there, nothing lost in silence, the source unchanged. With `strict` the
// result is exactly what was there before the first lost record, or a refusal.

import { isLaneError } from '../../src/errors.js';
import { openIn } from '../../src/store/open.js';
import type { SalvageReport } from '../../src/store/salvage.js';
import { salvageIn } from '../../src/store/salvage.js';
import { DIRECTORY, readContent, STORE_OPTIONS } from '../power/session.js';
import type { TestDisk } from '../support/test-disk.js';
import { TestEnvironment } from '../support/test-environment.js';
import { contentOf, type KnownContent, type KnownRecord } from './known-records.js';
import type { KnownStore, Remains } from './known-store.js';

const TARGET = '/target';
const ERA_SEQUENCES = 2 ** 32;
const REFUSALS = ['CORRUPT', 'STORE_NOT_FOUND', 'NOT_A_STORE'];

export interface Judged {
  problems: string[];
  /** Records with operations that were there, and those that the damage left. */
  records: number;
  whole: number;
  /** `ambiguous`: too little was left to tell the present life from the one before it. */
  outcome: 'saved' | 'refused' | 'ambiguous';
  strict: 'saved' | 'refused';
}

interface Attempt {
  report?: SalvageReport;
  content?: KnownContent;
  /** Code and message of the refusal. */
  refusal?: string;
}

/** Salvages the store on a damaged disk, with and without `strict`. */
export async function judgeSalvage(known: KnownStore, disk: TestDisk): Promise<Judged> {
  const remains = known.remains(disk);
  const problems: string[] = [];
  const all = await attempt(disk, false, problems);
  const strict = await attempt(disk, true, problems);
  const isAmbiguous = known.store.givenUp.length > 0 && !remains.hasSlot && !remains.hasAllHeaders;
  if (all.report === undefined) {
    const isNothingLeft = !remains.hasSuperblock && remains.whole.length === 0;
    if (remains.hasStoreId && !isNothingLeft) problems.push(`refused: ${all.refusal}`);
  } else if (isAmbiguous) {
    problems.push(...inventions(all.content!, known.everWritten));
  } else {
    problems.push(...inventions(all.content!, known.written));
    problems.push(...differences('all', all.content!, contentOf(remains.whole)));
    problems.push(...silentLosses(known, remains, all.report));
  }
  problems.push(...strictProblems(known, remains, strict));
  const isRefused = all.report === undefined;
  return {
    problems,
    records: known.records.filter(hasOperations).length,
    whole: remains.whole.filter(hasOperations).length,
    outcome: isRefused ? 'refused' : isAmbiguous ? 'ambiguous' : 'saved',
    strict: strict.report === undefined ? 'refused' : 'saved',
  };
}

async function attempt(source: TestDisk, strict: boolean, problems: string[]): Promise<Attempt> {
  const disk = source.kill();
  const before = filesIn(disk);
  const environment = new TestEnvironment(disk, { seed: 99 });
  let report: SalvageReport;
  try {
    report = await salvageIn(environment, DIRECTORY, TARGET, { strict });
  } catch (error) {
    if (!isLaneError(error) || !REFUSALS.includes(error.code)) throw error;
    if (disk.kind(TARGET) !== 'none') problems.push('a refusal made the target');
    return { refusal: `${error.code} ${error.message}` };
  } finally {
    if (filesIn(disk) !== before) problems.push('the source was changed');
  }
  const options = { ...STORE_OPTIONS, createIfMissing: false };
  const store = await openIn(environment, TARGET, options);
  const content = readContent(store);
  const { recovery } = store.stats();
  if (recovery?.outcome !== 'clean') problems.push(`the target is ${recovery?.outcome}`);
  if (content.entries.size !== report.keys) problems.push(`${report.keys} keys were reported`);
  await store.close();
  return { report, content: { ...content, entries: new Map(content.entries) } };
}

function filesIn(disk: TestDisk): string {
  return [...disk.snapshotFiles()]
    .filter(([path]) => path.startsWith(`${DIRECTORY}/`))
    .map(([path, bytes]) => `${path} ${Buffer.from(bytes).toString('latin1')}`)
    .sort()
    .join('\n');
}

function inventions(content: KnownContent, written: Set<string>): string[] {
  return [...content.entries]
    .filter(([key, { value, version }]) => !written.has(`${version} ${key} ${value}`))
    .map(([key, { version }]) => `${key} of version ${version} was never written so`)
    .slice(0, 3);
}

function differences(name: string, content: KnownContent, wanted: KnownContent): string[] {
  const problems: string[] = [];
  for (const [key, { version }] of wanted.entries) {
    const found = content.entries.get(key);
    if (found?.version === version) continue;
    problems.push(`${name}: ${key} has version ${found?.version}, should be ${version}`);
  }
  for (const [key, { version }] of content.entries) {
    if (!wanted.entries.has(key)) problems.push(`${name}: ${key} is there, version ${version}`);
  }
  if (content.commit !== wanted.commit) {
    problems.push(`${name}: commit ${content.commit}, should be ${wanted.commit}`);
  }
  return problems.slice(0, 3);
}

/** Lost records that neither a place in a file nor a missing sequence tells of. */
function silentLosses(known: KnownStore, remains: Remains, report: SalvageReport): string[] {
  const { sealedFiles } = known;
  const isLive = ({ file }: KnownRecord) => !sealedFiles.has(file);
  const last = Math.max(0, ...remains.whole.filter(isLive).map(({ record }) => record.sequence));
  return remains.lost
    .filter((record) => {
      if (!hasOperations(record) || isTold(record, remains, report)) return false;
      const isEnd = record.record.sequence > Math.max(last, remains.durable);
      if (isLive(record)) return !isEnd;
      // Nothing but the superblock says how many sealed segments there are.
      return remains.hasSlot && !report.losses.some(({ file }) => sealedFiles.has(file));
    })
    .map(({ file, offset, version }) => `lost in silence: ${file}:${offset}, version ${version}`)
    .slice(0, 3);
}

function isTold(record: KnownRecord, { homes }: Remains, report: SalvageReport): boolean {
  const { file, offset, bytes, version } = record;
  if (report.missing.some(({ first, last }) => first <= version && version <= last)) return true;
  return report.losses.some((loss) => {
    if (loss.file !== file && !homes.get(file)!.includes(loss.file)) return false;
    const end = loss.bytes === undefined ? Number.POSITIVE_INFINITY : loss.offset + loss.bytes;
    return loss.offset < offset + bytes.length && end > offset;
  });
}

function strictProblems(known: KnownStore, remains: Remains, strict: Attempt): string[] {
  const { sealedFiles } = known;
  const isSealedWhole = !remains.lost.some(({ file }) => sealedFiles.has(file));
  const isProvable = remains.hasSlot && isSealedWhole;
  if (strict.content === undefined) {
    return isProvable ? [`strict was refused: ${strict.refusal}`] : [];
  }
  if (!isProvable) return ['strict was not refused'];
  const live = remains.whole.filter(({ file }) => !sealedFiles.has(file));
  const found = new Set(live.map(({ version }) => version));
  let next = Math.floor((live[0]?.version ?? 0) / ERA_SEQUENCES) * ERA_SEQUENCES;
  next += known.firstSequence;
  while (found.has(next)) next++;
  const before = remains.whole.filter(
    ({ file, version }) => sealedFiles.has(file) || version < next,
  );
  return differences('strict', strict.content, contentOf(before));
}

function hasOperations({ record }: KnownRecord): boolean {
  return ['put', 'delete', 'batch', 'commit'].includes(record.kind);
}
