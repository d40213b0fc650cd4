// npm run kernel [-- --runs 3]: what the kernel counts while a store works, as a table with limits:
// page faults in prepared segments, bytes written for one durable write, how often the next segment
// was ready under full load. Exit code 1 if a figure is beyond its limit. Linux; the bytes that
// reach a device need root.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { LoopDisk, whyNoLoopDisk } from '../disk/loop-disk.js';
import { isPossible } from '../support/medium.js';
import { hasCounters } from './counters.js';
import { measure, median } from './measure.js';

const MIB = 1 << 20;
const SEGMENTS = [1, 16] as const;
const SEGMENTS_FILLED = 5;
const FAULTS_MAX = 50;
const PUT_BYTES_MAX = 8192;
const WRITES = 200;
const READY_MIN = 0.95;
const IN_FLIGHT = 512;
const VALUE_BYTES = 500;
const MEMORY_DISK = '/dev/shm';
const DISK_BYTES = 600 << 20;

type Io = 'mapped' | 'buffered';
const IOS = (['mapped', 'buffered'] as const).filter(isPossible);

let isGood = true;

function line(name: string, figure: string, limit: string, isKept = true): void {
  isGood &&= isKept;
  const mark = isKept ? '' : '  MISSED';
  console.log(`${name.padEnd(46)}${figure.padEnd(40)}${limit}${mark}`.trimEnd());
}

async function inDirectory<R>(parent: string, use: (path: string) => Promise<R>): Promise<R> {
  const directory = mkdtempSync(join(parent, 'lanedb-kernel-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A mapped page is writable until the sync that prepared it: on a disk each costs one fault. */
async function showFaults(): Promise<void> {
  console.log('minor page faults of the writing thread while it fills a prepared segment');
  for (const mebibytes of SEGMENTS) {
    for (const io of IOS) {
      await fill(io, mebibytes, tmpdir());
      if (io === 'mapped' && existsSync(MEMORY_DISK)) await fill(io, mebibytes, MEMORY_DISK);
    }
  }
}

async function fill(io: Io, mebibytes: number, parent: string): Promise<void> {
  const segmentBytes = mebibytes * MIB;
  const faults = await inDirectory(parent, (directory) =>
    measure('fill', {
      directory,
      isMapped: io === 'mapped',
      segmentBytes,
      segments: SEGMENTS_FILLED,
    }),
  );
  const isLimited = io === 'buffered' || parent === MEMORY_DISK;
  const count = median(faults);
  const limit = isLimited ? `< ${FAULTS_MAX}` : `one a page: ${segmentBytes / 4096}`;
  const most = isLimited ? FAULTS_MAX : segmentBytes / 4096 + FAULTS_MAX;
  line(
    `  ${mebibytes} MiB, ${io}, ${parent}`,
    `${count} (${faults.join(', ')})`,
    limit,
    count < most,
  );
}

async function showBytes(): Promise<void> {
  console.log(`bytes written for one durable write of ${VALUE_BYTES} bytes`);
  const whyNot = whyNoLoopDisk('ext4');
  if (whyNot !== undefined) console.log(`  to a device: skipped, ${whyNot}`);
  for (const mebibytes of SEGMENTS) {
    for (const io of IOS) {
      const disk =
        whyNot === undefined
          ? new LoopDisk({ type: 'ext4', bytes: DISK_BYTES, blockBytes: 4096 })
          : undefined;
      try {
        await alone(io, mebibytes, disk);
      } finally {
        disk?.dispose();
      }
    }
  }
}

async function alone(io: Io, mebibytes: number, disk: LoopDisk | undefined): Promise<void> {
  const report = await inDirectory(disk?.path ?? tmpdir(), (directory) =>
    measure('alone', {
      path: join(directory, 'store'),
      io,
      segmentBytes: mebibytes * MIB,
      writes: WRITES,
      ...(disk && { device: disk.device }),
    }),
  );
  const name = `  ${mebibytes} MiB, ${io}`;
  const limit = `at most ${PUT_BYTES_MAX}`;
  const dirtied = report.processBytes;
  line(`${name}, pages dirtied`, dirtied.toFixed(0), limit, dirtied <= PUT_BYTES_MAX);
  const written = report.deviceBytes;
  if (written === undefined) return;
  line(`${name}, to the device (ext4)`, written.toFixed(0), limit, written <= PUT_BYTES_MAX);
  line(`${name}, faults of a whole segment`, `${report.fillFaults}`, 'index and heap included');
}

async function showStandbys(runs: number): Promise<void> {
  console.log('rotations at which the next segment was ready');
  for (const inFlight of [IN_FLIGHT, 0]) {
    for (const mebibytes of SEGMENTS) {
      for (const io of IOS) await load(io, mebibytes, { inFlight, runs });
    }
  }
}

async function load(
  io: Io,
  mebibytes: number,
  { inFlight, runs }: { inFlight: number; runs: number },
): Promise<void> {
  let rotations = 0;
  let waits = 0;
  const rates: number[] = [];
  for (let run = 0; run < runs; run++) {
    const report = await inDirectory(tmpdir(), (directory) =>
      measure('load', {
        path: join(directory, 'store'),
        io,
        segmentBytes: mebibytes * MIB,
        valueBytes: VALUE_BYTES,
        totalBytes: (mebibytes === 1 ? 100 : 400) * MIB,
        inFlight,
      }),
    );
    rotations += report.rotations;
    waits += report.stalls + report.inPlace;
    rates.push(report.writesPerSecond);
  }
  const share = 1 - waits / rotations;
  const kind = inFlight === 0 ? 'bulk load' : `${inFlight} in flight`;
  const percent = `${(share * 100).toFixed(1)} % of ${rotations}`;
  const limit = inFlight === 0 ? 'as fast as the disk' : `at least ${READY_MIN * 100} %`;
  const figure = `${percent}, ${median(rates).toFixed(0)} writes/s`;
  line(`  ${kind}, ${mebibytes} MiB, ${io}`, figure, limit, inFlight === 0 || share >= READY_MIN);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' } } });
  if (!hasCounters()) {
    console.log(`skipped, nothing was measured: no counters on ${process.platform}`);
    return 2;
  }
  console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)} on ${cpus().length} processors`);
  if (!isPossible('mapped')) console.log('mapped: skipped, nothing can be mapped here');
  await showFaults();
  await showBytes();
  await showStandbys(Number(values.runs));
  return isGood ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
