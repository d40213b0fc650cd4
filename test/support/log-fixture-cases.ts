// Logs at one moment, as fixtures: how each came about, and what an open must make of it. Made by the
// log itself on a simulated disk whose every choice is fixed; damage is done by hand.

import { isLaneError } from '../../src/errors.js';
import { readSuperblock } from '../../src/recovery/read-superblock.js';
import { reportLog } from '../../src/recovery/report-log.js';
import { openTestLog, type TestLog, textOfEntry } from './logs.js';
import type { TestDisk } from './test-disk.js';

export interface LogCase {
  name: string;
  damage: string;
  outcome: string;
  files(): Promise<Map<string, Uint8Array>>;
}

const FIRST = '/log/wal-l00-0000000001.log';

/** One entry of every kind, then two more segments. */
async function written(startSequence = 1): Promise<TestLog> {
  const opened = await openTestLog({ startSequence });
  const { log } = opened;
  log.append('text');
  log.append(Uint8Array.of(0, 255));
  log.appendPut('key', 'value');
  log.appendDelete('key');
  log.appendBatch([
    { type: 'put', key: 'a', value: '1' },
    { type: 'delete', key: 'b' },
  ]);
  log.appendCommit({ offsets: { source: 5 }, watermark: 7 }, [
    { type: 'put', key: 'c', value: '2' },
  ]);
  log.appendEpochBarrier();
  log.appendCheckpoint(9);
  opened.sync();
  // Zeros take no room in a fixture.
  while (log.segments.length < 3) log.append(new Uint8Array(20_000));
  opened.sync();
  log.append('carries the watermark');
  opened.sync();
  return opened;
}

async function closed(opened: TestLog): Promise<TestDisk> {
  const closing = opened.log.close();
  opened.sync();
  await closing;
  return opened.disk.kill();
}

function filesOf(disk: TestDisk): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const name of disk.list('/log')) files.set(name, disk.readFileRaw(`/log/${name}`));
  return files;
}

function changed(disk: TestDisk, path: string, change: (bytes: Uint8Array) => void): TestDisk {
  const bytes = disk.readFileRaw(path);
  change(bytes);
  disk.writeFileRaw(path, bytes);
  return disk;
}

export const LOG_CASES: readonly LogCase[] = [
  {
    name: 'v1-log-clean',
    damage: 'none: closed, with an entry of every kind and three segments',
    outcome: 'clean: everything',
    files: async () => filesOf(await closed(await written())),
  },
  {
    name: 'v1-log-killed',
    damage: 'the process was killed',
    outcome: 'unclean: everything up to the end',
    files: async () => filesOf((await written()).disk.kill()),
  },
  {
    name: 'v1-log-torn',
    damage: 'the first of two entries that nobody waited for did not reach the disk whole',
    outcome: 'unclean: the log before the torn entry; the one behind it is given up',
    files: async () => {
      const opened = await written();
      const { log, disk } = opened;
      const at = 4096 + log.position - log.segments.at(-1)!.position;
      log.append('torn'.repeat(20));
      log.append('behind it');
      disk.failAt({ operation: 'sync', path: 'wal-', nth: 1 });
      opened.sync();
      const path = log.segmentPaths.at(-1)!;
      return filesOf(changed(disk.kill(), path, (bytes) => bytes.fill(0, at + 40, at + 60)));
    },
  },
  {
    name: 'v1-log-retired',
    damage: 'none: the first two segments were given up, then the process was killed',
    outcome: 'unclean: what is left, with the positions and the epoch it always had',
    files: async () => {
      const { log, disk } = await written();
      log.retire(log.syncedPosition);
      return filesOf(disk.kill());
    },
  },
  {
    name: 'v1-log-eras',
    damage: 'none: half of an era was used, so an open began the next one',
    outcome: 'unclean: everything, in two eras',
    files: async () => {
      const first = await written(2 ** 31);
      const { log, disk, sync } = await openTestLog({}, { disk: first.disk.kill() });
      log.append('of the next era');
      sync();
      return filesOf(disk.kill());
    },
  },
  {
    name: 'v1-log-half-cut',
    damage:
      'the process died while the log was cut: the superblock says where it ends, no more is done',
    outcome: 'clean: the log up to the cut; what is behind it is overwritten by an open',
    files: async () => {
      const { log, disk } = await written();
      const [, , , entry] = log.entries();
      const source = disk.kill();
      let left: TestDisk | undefined;
      let commits = 0;
      source.onOperation((call) => {
        if (call.operation === 'sync' && call.path.endsWith('superblock')) commits++;
        const isBehind = commits === 5 && call.path.includes('wal-');
        if (isBehind && call.operation === 'write') left ??= source.kill();
      });
      await openTestLog({ position: entry!.position }, { disk: source });
      if (left === undefined) throw new Error('the log was not cut');
      return filesOf(left);
    },
  },
  {
    name: 'v1-log-damaged',
    damage: 'one bit of a durable entry is flipped; later ones say that it was durable',
    outcome: 'corrupt: the file and the offset of the record',
    files: async () =>
      filesOf(
        changed((await written()).disk.kill(), FIRST, (bytes) => {
          bytes[4096 + 40] = bytes[4096 + 40]! ^ 4;
        }),
      ),
  },
  {
    name: 'v1-log-missing-segment',
    damage: 'the second segment is gone',
    outcome: 'corrupt: the missing file',
    files: async () => {
      const disk = (await written()).disk.kill();
      disk.removeRaw('/log/wal-l00-0000000002.log');
      return filesOf(disk);
    },
  },
];

/** What an open makes of a fixture: the report and the entries, or the error. */
export async function logExpectation(disk: TestDisk): Promise<string> {
  const report = reportLog(disk, '/log', readSuperblock(disk, '/log'));
  let opened: unknown;
  try {
    const { log } = await openTestLog({}, { disk: disk.kill() });
    opened = [...log.entries()].map(({ sequence, position, end, epoch, ...entry }) => {
      const text = textOfEntry({ sequence, position, end, epoch, ...entry });
      return { sequence, position, end, epoch, text: text.replace(/\0+$/, '').slice(0, 40) };
    });
  } catch (error) {
    if (!isLaneError(error)) throw error;
    const { code, message, file, offset } = error;
    opened = { code, message, file, offset };
  }
  const { slots: _slots, ...rest } = report;
  return `${JSON.stringify({ report: rest, opened }, null, 2)}\n`;
}
