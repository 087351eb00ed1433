import { tick } from 'svelte';
import { expect, test } from 'vitest';
import { answer, asked, button, click, draw, hold } from '../testing/draw';
import { directory, slices } from '../testing/slices';
import Greeting from './Greeting.svelte';

const away = slices({ directory: directory({ status: 'stale', reason: 'unreachable', account: null }) });

test('a server out of reach can be tried at once, and the button waits for the answer', async () => {
  hold(away);
  draw(Greeting, { waiting: false });
  expect(document.body.textContent).toContain('voice.example.org is out of reach');
  click('Try again');
  expect(asked()).toEqual([['directory.refresh', {}]]);
  expect(button('Try again').disabled).toBe(true);
  await answer({ code: 'unreachable' });
  await tick();
  expect(button('Try again').disabled).toBe(false);
});

test('while the first answer is awaited there is nothing to try', () => {
  hold(away);
  draw(Greeting, { waiting: true });
  expect(() => button('Try again')).toThrow();
});
