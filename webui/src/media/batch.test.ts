// @vitest-environment node
import { expect, test } from 'vitest';
import { acknowledgement, i420Length, readBatch } from './batch';

function bytes(hex: string): ArrayBuffer {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
}

// The same bytes stand in tests/shell/media/test_batches.py.
const ONE = '0700000001000000' + '0300020002000000' + '00000000004a9340' + '0101010101010000';

test('a batch reads as the media socket writes it', () => {
  expect(readBatch(bytes(ONE))).toEqual({
    number: 7,
    frames: [{ stream: 3, width: 2, height: 2, delivered: 1234.5, offset: 24, length: 6 }],
  });
});

test('frames follow each other at multiples of eight', () => {
  const two = '0800000002000000' + ONE.slice(16) + ONE.slice(16).replace('0300', '0400');
  expect(readBatch(bytes(two)).frames.map(({ stream, offset }) => [stream, offset])).toEqual([
    [3, 24],
    [4, 48],
  ]);
});

test.each([
  ['cut short', ONE.slice(0, -2)],
  ['without its picture', ONE.slice(0, 48)],
  ["with bytes left over", `${ONE}0000000000000000`],
  ['a header alone', '07000000'],
  ['more frames than there are', ONE.replace('01000000', '02000000')],
])('a batch %s is refused', (_name, hex) => {
  expect(() => readBatch(bytes(hex))).toThrow(RangeError);
});

test('odd sizes round the colour planes up', () => {
  expect(i420Length(3, 3)).toBe(9 + 2 * 4);
  expect(i420Length(320, 180)).toBe((320 * 180 * 3) / 2);
});

test('an acknowledgement is the number in four little-endian bytes', () => {
  expect([...new Uint8Array(acknowledgement(0x01020304))]).toEqual([4, 3, 2, 1]);
});
