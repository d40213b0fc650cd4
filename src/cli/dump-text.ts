// The facts of dump as lines for people: a table of records under each segment, and in words where
// and why reading stopped. The same facts always give the same lines.

import type { TreeRoots } from '../format/superblock-tree.js';
import { annotate } from './annotate.js';
import type {
  EntryFacts,
  Fact,
  FileFact,
  LockFact,
  OperationFact,
  RawBytes,
  RecordFact,
  SegmentFact,
  SlotFact,
  StopFact,
} from './dump-facts.js';
import { escapeUnprintable } from './json-form.js';

/** Columns of the table of records: offset, lane, sequence, low, durable, type, bytes. */
const COLUMNS = [10, 6, 18, 12, 12] as const;
const TYPE_COLUMNS = 18;
const BYTES_COLUMNS = 8;
const OPERATION_INDENT = 66;
const HEX_INDENT = '            ';

/** The lines of one fact. `alarm` marks what is damaged. */
export function* textOf(fact: Fact, alarm: (text: string) => string): Generator<string> {
  switch (fact.fact) {
    case 'lock':
      yield lockText(fact);
      break;
    case 'slot':
      yield* slotText(fact, alarm);
      break;
    case 'segment':
      yield* segmentText(fact, alarm);
      break;
    case 'record':
      yield recordText(fact);
      break;
    case 'operation':
      yield operationText(fact);
      break;
    case 'stop':
      yield `  ${fact.isRegular ? stopText(fact) : alarm(`DAMAGE: ${stopText(fact)}`)}`;
      break;
    default:
      yield fileText(fact, alarm);
  }
  if ('raw' in fact && fact.raw !== undefined) yield* rawText(fact.raw);
}

/** A key as JSON, or as hex where its bytes are no key. */
export function keyText(entry: EntryFacts): string {
  if ('keyHex' in entry) return `hex:${entry.keyHex}`;
  return escapeUnprintable(JSON.stringify(entry.key));
}

function lockText(fact: LockFact): string {
  switch (fact.state) {
    case 'held': {
      const life = fact.isAlive === true ? 'which is running' : 'which has ended';
      return `LOCK: held by process ${fact.pid} since ${fact.since}, ${life}`;
    }
    case 'released':
      return `LOCK: released by process ${fact.pid}, taken ${fact.since}`;
    case 'unreadable':
      return `LOCK: cannot be read: ${fact.problem}`;
    default:
      return `LOCK: ${fact.state}`;
  }
}

function* slotText(fact: SlotFact, alarm: (text: string) => string): Generator<string> {
  const title = `superblock slot ${fact.slot}${fact.holds ? ' (holds)' : ''}`;
  const { block } = fact;
  if (block === undefined) {
    const text = `${title}: ${fact.problem}`;
    yield fact.isForeignVersion ? text : alarm(text);
    return;
  }
  const state = block.state === 'clean' ? 'closed' : 'open';
  const what = block.log === undefined ? 'store' : 'log';
  yield `${title}: ${what} ${block.storeId}, counter ${block.counter}, ${state}`;
  yield `  era ${block.era}, durable ${block.durable}, first sequence ${block.firstSequence}, ` +
    `next generation ${block.nextGeneration}, epoch ${block.epoch}`;
  if (block.log !== undefined) yield `  begins at position ${block.log.basePosition}`;
  if (block.tree !== undefined) yield `  ${treeText(block.tree)}`;
  for (const lane of block.lanes) {
    const end =
      block.state === 'clean'
        ? `, ends in generation ${lane.endGeneration} at ${lane.endOffset}`
        : '';
    const offset = lane.firstOffset === undefined ? '' : ` at ${lane.firstOffset}`;
    yield `  lane ${lane.lane}: from generation ${lane.firstGeneration}${offset}, ` +
      `live from generation ${lane.liveGeneration}${end}`;
  }
}

function treeText({ root, catalogue, merge, pages, keys, nextValueFile }: TreeRoots): string {
  const page = (pointer: { page: number }): string =>
    pointer.page === 0 ? 'empty' : `page ${pointer.page}`;
  return (
    `tree: ${page(root)}, ${counted(keys, 'key')}, catalogue: ${page(catalogue)}, ` +
    `${counted(pages, 'page')}, merge ${merge}, next value file ${nextValueFile}`
  );
}

function* segmentText(fact: SegmentFact, alarm: (text: string) => string): Generator<string> {
  const era = fact.era === undefined ? '' : `, era ${fact.era}`;
  const state = fact.state === undefined ? '' : `, ${fact.state}`;
  const notes = fact.notes.map((note) => ` (${note})`).join('');
  yield '';
  yield `${fact.file}: lane ${fact.lane}, generation ${fact.generation}, ` +
    `${fact.fileBytes} bytes${era}${state}${notes}`;
  for (const problem of fact.problems) yield `  ${alarm(`DAMAGE: ${problem}`)}`;
  if (!fact.isReadable) return;
  const titles = ['offset', 'lane', 'sequence', 'low', 'durable'];
  yield `${titles.map((title, at) => title.padStart(COLUMNS[at]!)).join('')}  ` +
    `${'type'.padEnd(TYPE_COLUMNS)}${'bytes'.padStart(BYTES_COLUMNS)}  content`;
}

function recordText(fact: RecordFact): string {
  const sequences = fact.low === 0 ? ['-', '-'] : [fact.sequence, fact.low];
  const numbers = [fact.offset, fact.lane, ...sequences, fact.durable];
  const left = numbers.map((value, at) => String(value).padStart(COLUMNS[at]!)).join('');
  const type = fact.type.padEnd(TYPE_COLUMNS);
  const bytes = String(fact.recordBytes).padStart(BYTES_COLUMNS);
  return `${left}  ${type}${bytes}  ${contentText(fact)}`.trimEnd();
}

function contentText(fact: RecordFact): string {
  if (fact.entry !== undefined) return entryText(fact.type, fact.entry);
  if (fact.operations !== undefined) {
    return [counted(fact.operations, 'operation'), ...commitTexts(fact)].join(', ');
  }
  if (fact.valueBytes !== undefined) return counted(fact.valueBytes, 'byte');
  if (fact.number === undefined) return '';
  const name = fact.type === 'rotation trailer' ? 'next generation' : fact.type.split(' ')[0];
  return `${name} ${fact.number}`;
}

function commitTexts(fact: RecordFact): string[] {
  if (fact.commit === undefined) return [];
  const { offsets, watermark } = fact.commit;
  const texts = Object.entries(offsets).map(
    ([name, offset]) => `${escapeUnprintable(JSON.stringify(name))} at ${offset}`,
  );
  if (watermark !== undefined) texts.push(`watermark ${watermark}`);
  return texts;
}

function operationText(fact: OperationFact): string {
  const offset = String(fact.offset).padStart(COLUMNS[0]);
  const { type, entry } = fact;
  return `${offset.padEnd(OPERATION_INDENT)}${type.padEnd(8)}${entryText(type, entry)}`;
}

function entryText(type: string, entry: EntryFacts): string {
  const key = `${keyText(entry)} (${counted(entry.keyBytes, 'byte')})`;
  return type === 'put' ? `${key}, value ${counted(entry.valueBytes, 'byte')}` : key;
}

function stopText(fact: StopFact): string {
  const { beyond, reason } = fact;
  if (reason === 'unread') return 'its records cannot be read';
  let text = `${counted(fact.records, 'record')}; stops at ${fact.offset}: ${reasonText(fact)}`;
  if (beyond.records > 0) {
    text +=
      `; beyond it ${counted(beyond.records, 'valid record')}, the first at ${beyond.offset}, ` +
      `up to sequence ${beyond.sequence}, durable up to ${beyond.durable}`;
  } else if (fact.bytesEnd > fact.offset) {
    text += `; other bytes up to ${fact.bytesEnd}: of a torn write or of an earlier life`;
  }
  return text;
}

function reasonText(fact: StopFact): string {
  if (fact.isCleanEnd) return 'the end of the log, where the store was closed';
  switch (fact.reason) {
    case 'end':
      return 'the end of the log';
    case 'full':
      return 'no room for another record';
    case 'trailer':
      return `rotated, generation ${fact.nextGeneration} follows`;
    case 'length':
      return 'no valid record: a length that does not fit';
    case 'checksum':
      return 'no valid record: the checksum does not hold';
    default:
      return 'no valid record: malformed under a checksum that holds';
  }
}

function fileText(fact: FileFact, alarm: (text: string) => string): string {
  const text = `${fact.file}: ${fact.note}`;
  return fact.isDamage ? alarm(`DAMAGE: ${text}`) : text;
}

function* rawText(raw: RawBytes): Generator<string> {
  for (const line of annotate(raw.structure, raw.bytes, raw.offset)) yield HEX_INDENT + line;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
