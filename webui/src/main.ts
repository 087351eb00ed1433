import { flushSync, mount } from 'svelte';
import './theme.css';
import { hub, onDoor, whenSnapshot } from './hub.svelte';
import { startMedia } from './media';
import { HubSocket, surroundings } from './socket';
import { isTheirKey, OPTION, wanted } from './statistics';
import Main from './windows/Main.svelte';

// First, so that the snapshot is on its way while the window is made.
new HubSocket(surroundings('main'), {
  opened: (transmit) => hub.opened(transmit),
  received: (message) => hub.receive(message),
  closed: (refusal) => hub.closed(refusal),
}).start();

const target = document.getElementById('app');
if (!target) throw new Error('main.html has no #app');
mount(Main, { target });

addEventListener('keydown', (event) => {
  const { slices, watchOnly } = hub.state;
  if (!isTheirKey(event) || event.repeat || watchOnly || !slices.statistics) return;
  event.preventDefault();
  void hub.send('settings.set', { name: OPTION, value: !wanted(slices) });
});

function painted(): void {
  void hub.send('page.painted', {});
  const measure = hub.state.slices.app?.measure ?? false;
  startMedia({ onDoor, report: (report) => void hub.send('page.report', report) }, { measure });
}

// Painted means: the second frame after the first snapshot was drawn.
whenSnapshot(() => {
  flushSync();
  requestAnimationFrame(() => requestAnimationFrame(painted));
});
