// @vitest-environment node
import { expect, test } from 'vitest';
import type { Painter } from './painter';
import { choosePainter } from './painters';

function painter(name: string, possible: boolean): Painter {
  return {
    name,
    video: false,
    possible: () => possible,
    surface: () => {
      throw new Error('not here');
    },
  };
}

test('the first possible painter is taken', () => {
  expect(choosePainter('', [painter('a', false), painter('b', true), painter('c', true)])?.name).toBe('b');
});

test('a wanted painter goes before, if it is possible', () => {
  expect(choosePainter('c', [painter('b', true), painter('c', true)])?.name).toBe('c');
  expect(choosePainter('c', [painter('b', true), painter('c', false)])?.name).toBe('b');
});

test('an engine that can do nothing gets no painter', () => {
  expect(choosePainter()).toBeNull();
});
