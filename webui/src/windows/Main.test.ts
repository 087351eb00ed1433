import '../testing/browser';
import { flushSync } from 'svelte';
import { beforeEach, expect, test } from 'vitest';
import { hub } from '../hub.svelte';
import { toasts } from '../toasts.svelte';
import { answer, asked, click, draw, hold, type } from '../testing/draw';
import { desktop } from '../testing/overlays';
import { appOf, directory, idle, main, person, placed, plugin, slices, stageOf, voice } from '../testing/slices';
import Main from './Main.svelte';

const text = (): string => document.body.textContent.replace(/\s+/g, ' ');
const allOff = ['voice', 'sync', 'layout'].map((name) => plugin(name, { state: 'off' }));
const signedOut = directory({ status: 'signed_out', account: null, servers: [] });

beforeEach(() => hold(slices()));

test('people of the call have tiles with their names where the stage says', () => {
  draw(Main, {});
  const tiles = [...document.querySelectorAll<HTMLElement>('li.tile')];
  expect(tiles.map((tile) => tile.dataset.user)).toEqual(['ada', 'mehmet']);
  expect(tiles[1]?.style.left).toBe('50%');
  expect(tiles[1]?.style.width).toBe('50%');
  expect(tiles[1]?.textContent).toContain('Mehmet Öztürk');
});

test('a tile says who speaks, who is muted and who is gone', () => {
  const people = [
    person('a', { name: 'Speaks' }),
    person('b', { name: 'Mutes', muted: true }),
    person('c', { name: 'Deafens', deafened: true, muted: true }),
    person('d', { name: 'Left', present: false }),
  ];
  hold(
    slices({
      voice: voice({ people }),
      speaking: { users: ['a', 'd'] },
      stage: stageOf({ windows: { main: people.map(({ user }) => placed(user)) } }),
    }),
  );
  draw(Main, {});
  const [speaks, mutes, deafens, left] = [...document.querySelectorAll('li.tile')];
  expect(speaks?.className).toContain('speaking');
  expect(speaks?.textContent).toContain('speaking');
  expect(mutes?.textContent).toContain('muted');
  expect(deafens?.textContent).toContain('deafened');
  expect(left?.className).toContain('away');
  expect(left?.className).not.toContain('speaking');
});

test('turning a camera on keeps the tile', () => {
  draw(Main, {});
  const tile = document.querySelector('li.tile');
  const windows = { main: [placed('ada', { kind: 'camera' }), placed('mehmet')] };
  hold(slices({ stage: stageOf({ windows }) }));
  expect(document.querySelector('li.tile')).toBe(tile);
  expect(tile?.querySelector('[data-video]')).not.toBeNull();
});

test('mute asks for the wanted state and shows what voice says', () => {
  draw(Main, {});
  const bar = document.querySelector('[role=toolbar]') ?? document;
  click('Mute', bar);
  expect(asked()).toContainEqual(['voice.mute', { on: true }]);
  hold(slices({ voice: voice({ muted: true }) }));
  expect(bar.querySelector('[aria-label=Mute]')?.getAttribute('aria-pressed')).toBe('true');
  click('Mute', bar);
  expect(asked().at(-1)).toEqual(['voice.mute', { on: false }]);
});

test('leaving asks to leave', () => {
  draw(Main, {});
  click('Leave');
  expect(asked().at(-1)).toEqual(['voice.leave', {}]);
});

test('a click on a channel joins it, a click on mine does not', () => {
  draw(Main, {});
  click('Lobby, you are here');
  click('Join Müzik');
  expect(asked().filter(([name]) => name === 'voice.join')).toEqual([['voice.join', { channel: 'c2' }]]);
});

test('a refused command is told in words', async () => {
  draw(Main, {});
  click('Join Müzik');
  await answer({ code: 'rate_limited' });
  expect(toasts.shown.map((toast) => toast.text)).toContain('Too many requests at once. Wait a moment.');
});

test('the channel of the last run is offered and not joined', () => {
  const app = appOf({ rejoin: 'c2' });
  hold(slices({ voice: idle, app }));
  draw(Main, {});
  expect(text()).toContain('You were in Müzik');
  expect(asked().filter(([name]) => name.startsWith('voice.'))).toEqual([]);
  click('Rejoin');
  expect(asked().at(-1)).toEqual(['voice.join', { channel: 'c2' }]);
  hold(slices({ app }));
  hold(slices({ voice: idle, app }));
  expect(text()).not.toContain('You were in');
});

test('signing in sends what was typed and says why it failed', async () => {
  hold(slices({ voice: idle, directory: signedOut }));
  draw(Main, {});
  type('Server address', ' https://voice.example.org ');
  type('Login', 'ada');
  type('Password', 'secret');
  document.querySelector('form')?.requestSubmit();
  flushSync();
  expect(asked().at(-1)).toEqual([
    'directory.login',
    { address: 'https://voice.example.org', login: 'ada', password: 'secret' },
  ]);
  await answer({ code: 'timed_out' });
  expect(document.querySelector('[role=alert]')?.textContent).toBe('That took too long. Try again.');
});

test('with nothing switched on the window says so and offers each part', () => {
  const off = slices({ plugins: { plugins: allOff } });
  delete off.voice;
  delete off.stage;
  delete off.directory;
  hold(off);
  draw(Main, {});
  expect(text()).toContain('Nothing is switched on');
  document.querySelector<HTMLElement>('[role=switch][aria-label=Voice]')?.click();
  expect(asked().at(-1)).toEqual(['plugins.set', { name: 'voice', on: true }]);
});

test('without voice the window says what is missing', () => {
  const off = slices({ plugins: { plugins: [plugin('voice', { state: 'off' })] } });
  delete off.voice;
  hold(off);
  draw(Main, {});
  expect(text()).toContain('Voice is off');
  expect(text()).toContain('xcord -p voice');
  click('Switch on Voice');
  expect(asked().at(-1)).toEqual(['plugins.set', { name: 'voice', on: true }]);
});

test('without layout people are still listed', () => {
  const off = slices({ plugins: { plugins: [plugin('layout', { state: 'blocked' })] } });
  delete off.stage;
  hold(off);
  draw(Main, {});
  const main = document.querySelector('main')?.textContent ?? '';
  expect(main).toContain('Layout is off');
  expect(main).toContain('Mehmet Öztürk');
  expect(main).toContain('It was left out when xcord was started.');
  click('Switch on Layout');
  expect(asked().at(-1)).toEqual(['plugins.set', { name: 'layout', on: true }]);
});

test('without sync the call goes on and the sidebar says not connected', () => {
  const off = slices();
  delete off.directory;
  hold(off);
  draw(Main, {});
  expect(document.querySelector('aside')?.textContent).toContain('Not connected');
  expect(document.querySelector('aside')?.textContent).toContain('Mehmet Öztürk');
  expect(document.querySelectorAll('li.tile')).toHaveLength(2);
});

test('without sync and a call the direct link is offered', () => {
  const off = slices({ voice: idle });
  delete off.directory;
  hold(off);
  draw(Main, {});
  expect(text()).toContain('Sync is off');
  expect(text()).toContain('Join by direct link');
});

test('without the app behind it the window says so and cannot be used', () => {
  draw(Main, {});
  hub.closed();
  flushSync();
  expect(text()).toContain('No connection to the app');
  expect(document.querySelector<HTMLElement>('.window')?.inert).toBe(true);
  hold(slices());
  expect(text()).not.toContain('No connection to the app');
});

test('a window that was turned away says why', () => {
  draw(Main, {});
  hub.closed('bad_token');
  flushSync();
  expect(text()).toContain('Its key is used up or wrong.');
});

test('a window that only watches has no controls', () => {
  hold(slices(), { watch_only: true, window: 'watch-1' });
  draw(Main, {});
  expect(document.querySelector('[role=toolbar]')).toBeNull();
  expect(text()).toContain('Watching only');
  expect(document.querySelectorAll('li.tile')).toHaveLength(2);
  expect(asked()).toEqual([]);
});

test('the size of the stage is told to each connection', () => {
  draw(Main, {});
  const size = { width: 0, height: 0, scale: 100, visible: true, focus: false };
  expect(asked()).toEqual([['stage.viewport', size]]);
  hub.closed();
  hold(slices());
  expect(asked()).toHaveLength(2);
});

test('notices become toasts', () => {
  draw(Main, {});
  hub.receive({ type: 'notice', frame: 1, name: 'participant.joined', params: { name: 'Işıl' } });
  flushSync();
  expect(document.querySelector('[aria-live]')).not.toBeNull();
  expect(text()).toContain('Işıl joined');
});

test('the language of the settings is the language of the page', () => {
  hold(slices({ settings: { values: { 'app.language': 'tr' } } }));
  draw(Main, {});
  expect(document.querySelector('[role=toolbar]')?.getAttribute('aria-label')).toBe('Görüşme denetimleri');
  hold(slices());
  expect(document.querySelector('[role=toolbar]')?.getAttribute('aria-label')).toBe('Call controls');
});

test('without layout the window says so before there is a call, and switches it on again', () => {
  const off = slices({
    voice: idle,
    directory: signedOut,
    plugins: { plugins: [plugin('layout', { state: 'off' })] },
  });
  delete off.stage;
  hold(off);
  draw(Main, {});
  expect(text()).toContain('Layout is off');
  click('Switch on Layout');
  expect(asked()).toContainEqual(['plugins.set', { name: 'layout', on: true }]);
});

test('with the whole screen the window is the stage, and what one can do lies over it while somebody moves', () => {
  const stage = stageOf({
    windows: { main: [placed('ada')] },
    views: { main: { mode: 'gallery', page: 1, pages: 3, expanded: '' } },
  });
  hold(slices({ stage, windows: { windows: [{ ...main, full_screen: true }] } }));
  draw(Main, {});
  expect(document.querySelector('main header')).toBeNull();
  expect(document.querySelector<HTMLElement>('#sidebar')?.inert).toBe(true);
  expect(document.querySelector('.floating')?.className).toContain('awake');
  click('Next page');
  click('Mute');
  click('Leave full screen');
  hold(slices({ stage, voice: idle, windows: { windows: [{ ...main, full_screen: true }] } }));
  expect(asked().filter(([name]) => name !== 'stage.viewport')).toEqual([
    ['stage.page', { page: 2 }],
    ['voice.mute', { on: true }],
    ['window.full_screen', { on: false }],
    ['window.full_screen', { on: false }], // the call is over, and with it what was to be seen
  ]);
});

test('a screen that counts as locked is told to who sees it, and is not locked for who says so', () => {
  draw(Main, {});
  expect(text()).not.toContain('counts as locked');
  hold(slices({ desktop: { ...desktop, locked: true } }));
  expect(text()).toContain('The screen counts as locked.');
  click('It is not locked');
  expect(asked()).toContainEqual(['desktop.unlocked', {}]);
});
