// @vitest-environment node
import { expect, test, vi } from 'vitest';
import type { Batch } from './batch';
import { Easel } from './easel';
import { keyText } from './keys';
import type { FromWorker } from './messages';
import { Meter } from './meter';
import { stamp } from './stamp';

const ann = keyText({ user: 'ann', kind: 'camera' });
const bob = keyText({ user: 'bob', kind: 'camera' });

class FakePicture {
  constructor(readonly stream: number) {}
  clone = (): FakePicture => new FakePicture(this.stream);
  close = vi.fn();
}

function setUp() {
  const told: FromWorker[] = [];
  const alones: boolean[] = [];
  const stamps: number[] = [];
  const easel = new Easel(
    (message) => told.push(message),
    (_buffer, frame, timestamp, alone) => {
      stamps.push(timestamp);
      alones.push(alone);
      return new FakePicture(frame.stream) as unknown as VideoFrame;
    },
  );
  const brush = () => {
    const drawn: number[] = [];
    return {
      drawn,
      draw: (frame: VideoFrame) => void drawn.push((frame as unknown as FakePicture).stream),
      close: vi.fn(),
    };
  };
  const batch = (...streams: number[]): [Batch, ArrayBuffer] => [
    {
      number: 1,
      frames: streams.map((stream) => ({ stream, width: 2, height: 2, delivered: 0, offset: 24, length: 6 })),
    },
    new ArrayBuffer(32),
  ];
  return { told, alones, stamps, easel, brush, batch };
}

test('a picture is drawn in every tile of its track and in no other', () => {
  const { easel, brush, batch, told } = setUp();
  const [one, two, other] = [brush(), brush(), brush()];
  easel.draw(1, ann, one);
  easel.draw(2, ann, two);
  easel.draw(3, bob, other);
  easel.streams(new Map([[5, ann]]));
  easel.batch(...batch(5));
  easel.batch(...batch(5));
  expect([one.drawn, two.drawn, other.drawn]).toEqual([[5, 5], [5, 5], []]);
  expect(told).toEqual([{ is: 'shown', ids: [1, 2] }]);
});

test('a picture of a stream that has ended is not drawn', () => {
  const { easel, brush, batch } = setUp();
  const tile = brush();
  easel.draw(1, ann, tile);
  easel.streams(new Map([[5, ann]]));
  easel.streams(new Map([[6, ann]]));
  easel.batch(...batch(5));
  expect(tile.drawn).toEqual([]);
});

test('a tile is taken down when its stream ends, and only then', () => {
  const { easel, brush, batch, told } = setUp();
  const tile = brush();
  easel.draw(1, ann, tile);
  easel.streams(new Map([[5, ann]]));
  easel.batch(...batch(5));
  easel.streams(new Map());
  easel.streams(new Map());
  expect(tile.close).toHaveBeenCalledOnce();
  expect(told).toEqual([
    { is: 'shown', ids: [1] },
    { is: 'cleared', ids: [1] },
  ]);
});

test('a picture that comes before its tile is drawn when the tile comes', () => {
  const { easel, brush, batch, told } = setUp();
  easel.streams(new Map([[5, ann], [6, bob]]));
  easel.batch(...batch(5, 6));
  easel.batch(...batch(5));
  const [first, second] = [brush(), brush()];
  easel.draw(1, ann, first);
  expect(first.drawn).toEqual([5]);
  expect(told).toEqual([{ is: 'shown', ids: [1] }]);
  easel.streams(new Map([[5, ann]]));
  easel.draw(2, bob, second);
  expect(second.drawn).toEqual([]);
});

test('a number that means another person clears the tile of the first', () => {
  const { easel, brush, batch, told } = setUp();
  easel.draw(1, ann, brush());
  easel.streams(new Map([[5, ann]]));
  easel.batch(...batch(5));
  easel.streams(new Map([[5, bob]]));
  expect(told.at(-1)).toEqual({ is: 'cleared', ids: [1] });
});

test('a forgotten tile is closed and drawn no more', () => {
  const { easel, brush, batch } = setUp();
  const tile = brush();
  easel.draw(1, ann, tile);
  easel.streams(new Map([[5, ann]]));
  easel.forget(1);
  easel.batch(...batch(5));
  expect(tile.close).toHaveBeenCalledOnce();
  expect(tile.drawn).toEqual([]);
});

test("the picture that makes most of a batch takes its memory over, when the others have theirs", () => {
  const { easel, brush, batch, alones } = setUp();
  const [large, small] = [brush(), brush()];
  easel.draw(1, ann, large);
  easel.draw(2, bob, small);
  easel.streams(new Map([[5, ann], [6, bob]]));
  const [mixed] = batch(5, 6);
  mixed.frames = mixed.frames.map((frame) => ({ ...frame, length: frame.stream === 5 ? 600 : 6 }));
  easel.batch(mixed, new ArrayBuffer(654));
  expect(alones).toEqual([false, true]);
  expect([large.drawn, small.drawn]).toEqual([[5], [6]]);
  easel.batch(...batch(5, 6));
  expect(alones).toEqual([false, true, false, false]);
});

test('the picture that makes most of a batch is shown before the others', () => {
  const { easel, batch } = setUp();
  const order: string[] = [];
  const brush = (name: string) => ({ draw: () => void order.push(name), close: vi.fn() });
  easel.draw(1, ann, brush('large'));
  easel.draw(2, bob, brush('small'));
  easel.streams(new Map([[5, ann], [6, bob]]));
  const [mixed] = batch(6, 5);
  mixed.frames = mixed.frames.map((frame) => ({ ...frame, length: frame.stream === 5 ? 600 : 6 }));
  easel.batch(mixed, new ArrayBuffer(654));
  expect(order).toEqual(['large', 'small']);
});

test('a picture that cannot be made takes none of those before it along', () => {
  const { brush, batch } = setUp();
  const tile = brush();
  const easel = new Easel(
    () => undefined,
    (_buffer, frame) => {
      if (frame.stream === 6) throw new RangeError('no such picture');
      return new FakePicture(frame.stream) as unknown as VideoFrame;
    },
  );
  easel.draw(1, ann, tile);
  easel.draw(2, bob, brush());
  easel.streams(new Map([[5, ann], [6, bob]]));
  expect(() => easel.batch(...batch(5, 6))).toThrow(RangeError);
  expect(tile.drawn).toEqual([5]);
});

test('each picture of a stream is stamped as the next of a quick one, and a new stream begins anew', () => {
  const { easel, brush, batch, stamps } = setUp();
  easel.draw(1, ann, brush());
  easel.draw(2, bob, brush());
  easel.streams(new Map([[5, ann], [6, bob]]));
  easel.batch(...batch(5, 6));
  easel.batch(...batch(5));
  easel.streams(new Map([[6, bob]]));
  easel.streams(new Map([[5, ann], [6, bob]]));
  easel.draw(3, ann, brush());
  easel.batch(...batch(5, 6));
  expect(stamps).toEqual([0, 0, 1, 0, 1].map((n) => stamp(n, 0)));
});

test('measure mode counts what was drawn and samples a share', () => {
  const { easel, brush, batch } = setUp();
  easel.meter = new Meter(() => 30);
  easel.draw(1, ann, brush());
  easel.streams(new Map([[5, ann], [6, bob]]));
  for (let i = 0; i < 7; i += 1) easel.batch(...batch(5, 6));
  expect(easel.meter.take()).toEqual({
    [ann]: { drawn: 7, width: 2, height: 2, latency: [], age: [30, 30] },
  });
  expect(easel.meter.take()[ann]).toMatchObject({ drawn: 0, age: [] });
});
