import { expect, test } from 'vitest';
import { canonicalJson, hashOf } from './canonical';

// Hashes of the same values as msgspec.json.encode(value, order="sorted") and zlib.crc32 give them.
test.each([
  [{}, 'a3a6bf43'],
  [{ b: 1, a: [true, null, 'x'] }, 'c4c992b4'],
  [{ n: -5, big: 2 ** 53 - 1, e: '' }, 'cc682412'],
  [
    {
      ş: 'İıçğ',
      'a"\\': '\n\t\b\f\r\u0001\u007f /',
      '\u{1F600}': 1,
      '\uFFFD': 2,
      '\u2028': '\u2028',
    },
    '3a7f26d6',
  ],
])('a value has the hash that Python gives it', (value, hash) => {
  expect(hashOf(value)).toBe(hash);
});

test('keys stand in code point order, also beyond the basic plane', () => {
  expect(canonicalJson({ '\u{1F600}': 1, '\uFFFD': 2 })).toBe('{"\uFFFD":2,"\u{1F600}":1}');
});

test('one other character gives another hash', () => {
  expect(hashOf({ name: 'Işıl' })).not.toBe(hashOf({ name: 'Isil' }));
});
