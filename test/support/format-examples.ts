// The examples of docs/format.md: a JSON object of what bytes state beside the annotated bytes.

import { annotate, type Structure } from '../../src/cli/annotate.js';
import { crc32 } from '../../src/codec/crc32.js';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  type SegmentHeader,
} from '../../src/format/segment-header.js';
import {
  decodeSuperblockSlot,
  encodeSuperblockSlot,
  SLOT_BYTES,
  SUPERBLOCK_BYTES,
  type Superblock,
} from '../../src/format/superblock.js';
import { decodeRecord, encodeRecord, SAMPLE_SEGMENT, type SampleRecord } from './record-codec.js';

export interface FormatExample {
  label: string;
  structure: Structure;
  /** Offset in the file of the first byte. */
  offset: number;
  /** What the bytes state; the store id is that of all examples. */
  fields: Record<string, unknown>;
  /** The annotated bytes as they stand in the document. */
  lines: string[];
}

const BLOCK = /^```(json|hex|text) (\S+)\n([\s\S]*?)^```$/gm;

/** Every labelled block of the document: label to language to content. */
export function labelledBlocks(markdown: string): Map<string, Map<string, string>> {
  const blocks = new Map<string, Map<string, string>>();
  for (const [, language, label, content] of markdown.matchAll(BLOCK)) {
    const ofLabel = blocks.get(label!) ?? new Map<string, string>();
    if (ofLabel.has(language!)) throw new Error(`two ${language} blocks are called ${label}`);
    blocks.set(label!, ofLabel.set(language!, content!));
  }
  return blocks;
}

/** The examples that show bytes. */
export function formatExamples(markdown: string): FormatExample[] {
  const examples: FormatExample[] = [];
  for (const [label, block] of labelledBlocks(markdown)) {
    const hex = block.get('hex');
    if (hex === undefined) continue;
    const stated = JSON.parse(block.get('json') ?? '{}') as Omit<FormatExample, 'label' | 'lines'>;
    examples.push({ ...stated, label, lines: hex.split('\n').slice(0, -1) });
  }
  return examples;
}

/** The bytes that the code makes of what an example states. */
export function encodeExample(example: FormatExample): Uint8Array {
  const { storeId } = SAMPLE_SEGMENT;
  switch (example.structure) {
    case 'record':
      return encodeRecord(example.fields as unknown as SampleRecord);
    case 'segment-header':
      return encodeSegmentHeader({ storeId, ...example.fields } as SegmentHeader, crc32);
    case 'superblock-slot':
      return encodeSuperblockSlot(
        { storeId, ...example.fields } as Superblock,
        example.offset / SLOT_BYTES,
        crc32,
      );
  }
}

/** What the code reads from the bytes of an example. */
export function decodeExample(example: FormatExample, bytes: Uint8Array): unknown {
  switch (example.structure) {
    case 'record':
      return decodeRecord(bytes);
    case 'segment-header':
      return withoutStoreId(decodeSegmentHeader(bytes, crc32));
    case 'superblock-slot': {
      const file = new Uint8Array(SUPERBLOCK_BYTES);
      file.set(bytes, example.offset);
      return withoutStoreId(decodeSuperblockSlot(file, example.offset / SLOT_BYTES, crc32));
    }
  }
}

/** The lines that the document has to show. */
export function exampleLines(example: FormatExample): string[] {
  return [...annotate(example.structure, encodeExample(example), example.offset)];
}

/** The document with the bytes of every example made anew. */
export function withFreshExamples(markdown: string): string {
  let fresh = markdown;
  for (const example of formatExamples(markdown)) {
    const head = `\`\`\`hex ${example.label}\n`;
    const start = fresh.indexOf(head) + head.length;
    const end = fresh.indexOf('```', start);
    fresh = `${fresh.slice(0, start)}${exampleLines(example).join('\n')}\n${fresh.slice(end)}`;
  }
  return fresh;
}

function withoutStoreId(decoded: SegmentHeader | Superblock | string): unknown {
  if (typeof decoded === 'string') return decoded;
  const { storeId, ...fields } = decoded;
  const isOurs = storeId.every((byte, index) => byte === SAMPLE_SEGMENT.storeId[index]);
  return isOurs ? fields : { storeId, ...fields };
}
