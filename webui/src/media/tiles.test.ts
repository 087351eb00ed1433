import { afterEach, expect, test, vi } from 'vitest';
import { keyText } from './keys';
import { attachment, mark, setOwner, type Tile } from './tiles';

afterEach(() => setOwner(null));

const ann = { user: 'ann', kind: 'camera' as const };

test('one key gives one attachment, so that nothing is attached anew', () => {
  expect(attachment({ ...ann })).toBe(attachment({ ...ann, n: 0 }));
  expect(attachment(ann)).not.toBe(attachment({ ...ann, n: 1 }));
});

test('an owner hears of tiles that were there before it, and of each that goes', () => {
  const before = attachment(ann)(document.createElement('div'));
  const owner = { added: vi.fn<(tile: Tile) => void>(), removed: vi.fn<(tile: Tile) => void>() };
  setOwner(owner);
  const after = attachment({ ...ann, user: 'bob' })(document.createElement('div'));
  expect(owner.added.mock.calls.map(([tile]) => tile.key)).toEqual([
    keyText(ann),
    keyText({ user: 'bob', kind: 'camera' }),
  ]);
  before();
  before();
  after();
  expect(owner.removed).toHaveBeenCalledTimes(2);
});

test('a node says whether it shows a picture, and tells each change once', () => {
  const node = document.createElement('div');
  const detach = attachment(ann)(node);
  const heard = vi.fn();
  node.addEventListener('video', heard);
  expect(node.dataset.video).toBe('off');
  mark(node, true);
  mark(node, true);
  expect(node.dataset.video).toBe('on');
  detach();
  expect(node.dataset.video).toBe('off');
  expect(heard).toHaveBeenCalledTimes(2);
});
