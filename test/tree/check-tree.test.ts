// The walk over a tree finds what is wrong with it, all of it, and where. Pages are changed and
// sealed again, so that only the structure tells.

import test from 'ava';

import { bodyAt, CHILD_CHECKSUM, CHILD_PAGE, entryAt } from '../../src/format/tree-page.js';
import { pageChecksum } from '../../src/tree/page-file.js';
import { TreeFixture } from '../support/tree-fixture.js';

function grown(): TreeFixture {
  const fixture = new TreeFixture();
  const entries = Array.from(
    { length: 400 },
    (_, index) => [`key${1000 + index}`, { value: 'v'.repeat(30), version: index + 1 }] as const,
  );
  fixture.merge(new Map(entries));
  return fixture;
}

/** Changes the n-th child of the root, seals it and points to it again; returns the new root. */
function changeChild(fixture: TreeFixture, child: number, change: (page: DataView) => void) {
  const { bytes } = fixture.file;
  const root = fixture.root.page * 4096;
  const view = new DataView(bytes.buffer);
  const pageView = (at: number): DataView => new DataView(bytes.buffer, at, 4096);
  const rootView = pageView(root);
  const body = bodyAt(rootView, entryAt(rootView, 0, rootView.getUint16(14, true), child));
  const at = rootView.getUint32(body + CHILD_PAGE, true) * 4096;
  change(pageView(at));
  view.setInt32(at, pageChecksum(fixture.seed, bytes, at), true);
  rootView.setInt32(body + CHILD_CHECKSUM, view.getInt32(at, true), true);
  view.setInt32(root, pageChecksum(fixture.seed, bytes, root), true);
  return { page: fixture.root.page, checksum: view.getInt32(root, true) };
}

test('a whole tree is counted', (t) => {
  const fixture = grown();
  const { problems, facts } = fixture.problems();
  t.deepEqual(problems, []);
  t.is(facts.keys, 400);
  t.is(facts.depth, 2);
  t.is(facts.pages, facts.leaves + 1);
  t.is(facts.pages, fixture.allocator.used);
});

test('damage in one leaf hides no other', (t) => {
  const fixture = grown();
  const first = fixture.entries()[0];
  t.truthy(first);
  for (const page of [1, 2]) fixture.file.bytes[page * 4096 + 3000]! ^= 4;
  const { problems } = fixture.problems(fixture.root, false);
  t.is(
    problems.filter((problem) => problem.includes('checksum of the page does not hold')).length,
    2,
  );
});

test('a head that is not its key is found', (t) => {
  const fixture = grown();
  const root = changeChild(fixture, 1, (page) => page.setInt32(32 + 4 * 5, 17, true));
  const { problems } = fixture.problems(root, false);
  t.true(problems.some((problem) => problem.includes('the head of entry 5 is wrong')));
});

test('keys out of order are found', (t) => {
  const fixture = grown();
  const root = changeChild(fixture, 1, (page) => {
    const [a, b] = [page.getInt32(32, true), page.getInt32(36, true)];
    page.setInt32(32, b, true);
    page.setInt32(36, a, true);
  });
  const { problems } = fixture.problems(root, false);
  t.true(problems.some((problem) => problem.includes('entry 1 is not above the one before')));
});

test('two pointers to one page are found', (t) => {
  const fixture = grown();
  const { bytes } = fixture.file;
  const root = fixture.root.page * 4096;
  const view = new DataView(bytes.buffer, root, 4096);
  const [first, second] = [0, 1].map((index) =>
    bodyAt(view, entryAt(view, 0, view.getUint16(14, true), index)),
  );
  view.setUint32(second!, view.getUint32(first!, true), true);
  view.setUint32(second! + 4, view.getUint32(first! + 4, true), true);
  const checksum = pageChecksum(fixture.seed, bytes, root);
  view.setInt32(0, checksum, true);
  const { problems } = fixture.problems({ page: fixture.root.page, checksum }, false);
  t.true(problems.some((problem) => problem.includes('two pointers lead to it')));
});

test('an expiry that nothing has is found', (t) => {
  const fixture = grown();
  const root = changeChild(fixture, 0, (page) => page.setUint32(24, 12345, true));
  const { problems } = fixture.problems(root, false);
  t.true(problems.some((problem) => problem.includes('its earliest expiry is 0, not 12345')));
});

test('a page of the other tree is found', (t) => {
  const fixture = grown();
  const root = changeChild(fixture, 0, (page) => page.setUint8(12, 2));
  const { problems } = fixture.problems(root, false);
  t.true(problems.some((problem) => problem.includes('it belongs to the other tree')));
});
