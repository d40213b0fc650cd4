// A thread that lets a lane appear, and tells before and after.

import { parentPort, workerData } from 'node:worker_threads';

import { ControlBlock } from '../../src/control/control-block.js';
import { viewPool } from '../../src/control/pool.js';
import { NodeFileSystem } from '../../src/io/node-file-system.js';
import { admitLane } from '../../src/store/lanes.js';

const { control, lane } = workerData as { control: SharedArrayBuffer; lane: number };
const context = {
  fileSystem: new NodeFileSystem({ native: false }),
  directory: '/nowhere',
  storeId: new Uint8Array(16),
  control: new ControlBlock(control),
  memory: viewPool(new SharedArrayBuffer(64)),
  isMapped: false,
  segmentBytes: 65536,
};
parentPort!.postMessage('begins');
admitLane(context, lane, 7);
parentPort!.postMessage('admitted');
