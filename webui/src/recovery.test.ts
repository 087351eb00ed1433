import { expect, test } from 'vitest';
import type { Reconnection, Slices } from './protocol';
import { dimmed, mayStop, mayTry, secondsUntil, stepOf, type Step } from './recovery';
import { idle, reconnection, slices, voice } from './testing/slices';

type Status = Parameters<typeof voice>[0];

function held(of: Status, phase?: Reconnection['phase']): Slices {
  return slices({ voice: voice(of), ...(phase && { reconnection: reconnection({ phase }) }) });
}

test.each<[string, Slices, Step | null]>([
  ['a good call', held({}, 'off'), null],
  ['a blip', held({ status: 'reconnecting' }, 'saving'), null],
  ['a blip without the plugin', held({ status: 'reconnecting' }), null],
  ['a long reconnect while sound comes', held({ status: 'reconnecting', problem: 'signal' }, 'saving'), 'shaky'],
  ['no media although connected', held({ problem: 'media' }, 'saving'), 'problem'],
  ['no media without the plugin', held({ problem: 'media' }), 'problem'],
  ['nobody answers', held({ status: 'lost' }, 'away'), 'away'],
  ['a countdown', held({ status: 'lost' }, 'waiting'), 'waiting'],
  ['an attempt', held({ status: 'connecting' }, 'trying'), 'trying'],
  ['an attempt by hand', held({ status: 'connecting' }), null],
  ['lost without the plugin', held({ status: 'lost' }), 'over'],
  ['removed', held({ status: 'lost', reason: 'removed' }, 'ended'), 'over'],
  ['stopped', held({ status: 'lost' }, 'stopped'), 'over'],
  ['offered', held({ status: 'lost' }, 'offered'), 'over'],
  ['only a restart helps', held({ status: 'failed' }), 'over'],
  ['a first join that failed is said by the stage', held({ status: 'lost', people: [] }, 'offered'), null],
  ['idle', slices({ voice: idle }), null],
])('%s', (_, slices, step) => {
  expect(stepOf(slices)).toBe(step);
});

test.each<[Step, boolean, boolean]>([
  ['problem', true, false],
  ['shaky', false, false],
  ['away', true, true],
  ['waiting', true, true],
  ['trying', false, true],
  ['over', false, false],
])('%s has its buttons', (step, tries, stops) => {
  expect([mayTry(step, reconnection()), mayStop(step, reconnection())]).toEqual([tries, stops]);
  expect([mayTry(step, undefined), mayStop(step, undefined)]).toEqual([false, false]);
});

test('others are dimmed while nothing of them arrives', () => {
  expect(dimmed(voice({ problem: 'media' }))).toBe(true);
  expect(dimmed(voice({ status: 'reconnecting', problem: 'signal' }))).toBe(false);
  expect(dimmed(undefined)).toBe(false);
});

test('a countdown ends at nought', () => {
  expect([5100, 5000, 4001, 1, -7000].map((left) => secondsUntil(9000 + left, 9000))).toEqual([6, 5, 5, 1, 0]);
});
