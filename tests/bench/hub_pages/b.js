// Window B answers.
import { open } from './socket.js';

const channel = new BroadcastChannel('bench');
channel.onmessage = (event) => {
  if (event.data.type === 'ping') channel.postMessage({ type: 'pong', n: event.data.n });
};
const hub = open('b', (name, value) => name === 'ping' && hub.ask('bench.pong', { n: value.n }));
