/** What every page does first: the socket, then its window, and a word to the hub when that is painted. */
import { flushSync, mount, type Component } from 'svelte';
import './theme.css';
import { hub, onDoor, whenSnapshot } from './hub.svelte';
import { startMedia } from './media';
import { HubSocket, surroundings } from './socket';

/** `pictures: 'late'` is for a page that seldom shows video: it calls `pictures()` when it does. */
export function boot(page: string, window: Component, when: { pictures: 'painted' | 'late' }): void {
  // First, so that the snapshot is on its way while the window is made.
  new HubSocket(surroundings(page), {
    opened: (transmit) => hub.opened(transmit),
    received: (message) => hub.receive(message),
    closed: (refusal) => hub.closed(refusal),
  }).start();

  const target = document.getElementById('app');
  if (!target) throw new Error(`${page}.html has no #app`);
  mount(window, { target });

  function painted(): void {
    void hub.send('page.painted', {});
    if (when.pictures === 'painted' || hub.state.slices.app?.measure) pictures();
  }

  // Painted means: the second frame after the first snapshot was drawn.
  whenSnapshot(() => {
    flushSync();
    requestAnimationFrame(() => requestAnimationFrame(painted));
  });
}

/** Lets tiles have their video from now on; a repeat changes nothing. */
export function pictures(): void {
  const measure = hub.state.slices.app?.measure ?? false;
  startMedia({ onDoor, report: (report) => void hub.send('page.report', report) }, { measure });
}
