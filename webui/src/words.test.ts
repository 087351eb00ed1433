import { afterEach, expect, test } from 'vitest';
import english from '../messages/en.json';
import turkish from '../messages/tr.json';
import { useLanguage } from './locale.svelte';
import { slices, voice } from './testing/slices';
import {
  callTitle,
  errorText,
  noticeText,
  pluginTitle,
  reasonText,
  refusalText,
  troubleTitle,
} from './words';

afterEach(() => useLanguage('en'));

const texts = (messages: object): [string, string][] =>
  Object.entries(messages).map(([key, value]) => [key, JSON.stringify(value)]);
const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

test('both languages have the same messages with the same holes', () => {
  const other = new Map(texts(turkish));
  expect(Object.keys(turkish).sort()).toEqual(Object.keys(english).sort());
  for (const [key, text] of texts(english))
    expect([key, holes(other.get(key) ?? '')]).toEqual([key, holes(text)]);
});

test('no message is empty or left in the other language', () => {
  const same = texts(english).filter(([key, text]) => text === JSON.stringify((turkish as never)[key]));
  for (const [, text] of [...texts(english), ...texts(turkish)]) expect(text.length).toBeGreaterThan(3);
  expect(same.map(([key]) => key)).toEqual([]);
});

test('a known code is a sentence in the chosen language', () => {
  useLanguage('en');
  expect(errorText({ code: 'rate_limited', params: {} })).toBe('Too many requests at once. Wait a moment.');
  useLanguage('tr');
  expect(errorText({ code: 'rate_limited', params: {} })).toBe(
    'Bir anda çok fazla istek geldi. Biraz bekle.',
  );
  expect(document.documentElement.lang).toBe('tr');
});

test('an unknown code is still told, with the code', () => {
  useLanguage('en');
  expect(errorText({ code: 'no_such_code', params: {} })).toContain('no_such_code');
  expect(reasonText('no_such_code')).toContain('no_such_code');
  expect(noticeText({ name: 'some.thing', params: {} })).toContain('some.thing');
  expect(refusalText('no_such_code')).toContain('no_such_code');
  expect(pluginTitle('spiral')).toBe('spiral');
});

test('a code that names no message of its kind cannot reach others', () => {
  expect(errorText({ code: '__proto__', params: {} })).toContain('__proto__');
});

test('no reason is no sentence', () => {
  expect(reasonText('')).toBe('');
});

test('a notice carries its parameters', () => {
  useLanguage('tr');
  expect(noticeText({ name: 'participant.joined', params: { name: 'Işıl' } })).toBe('Işıl katıldı');
});

test('a call that is gone is told apart from one that never was', () => {
  useLanguage('en');
  expect(troubleTitle(voice({ status: 'lost' }))).toBe('The call was lost.');
  expect(troubleTitle(voice({ status: 'lost', room: '' }))).toBe('The call could not be connected.');
  expect(troubleTitle(voice({ status: 'lost', room: '', reason: 'removed' }))).toBe(
    'The call ended for you.',
  );
  expect(reasonText('moved')).toBe('You moved to another device.');
});

test('a call is named by its channel, or by what it is', () => {
  useLanguage('en');
  expect(callTitle(slices())).toBe('Lobby');
  expect(callTitle(slices({ voice: voice({ channel: 'gone' }) }))).toBe('Voice call');
  expect(callTitle(slices({ voice: voice({ channel: '' }) }))).toBe('Direct call');
});
