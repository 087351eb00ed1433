// Window A asks and times. Blocks of both ways alternate, so that both meet the same machine.
import { open } from './socket.js';

const BLOCKS = 6;
const PINGS = 60;
const PACE_MS = 8; // below the hub's limit of 200 commands a second
let answered;
const channel = new BroadcastChannel('bench');
channel.onmessage = (event) => event.data.type === 'pong' && answered?.(event.data.n);
const hub = open('a', (name, value) => name === 'pong' && answered?.(value.n));

async function time(send, n) {
  const began = performance.now();
  const back = new Promise((resolve) => (answered = resolve));
  send(n);
  while ((await back) !== n);
  return Math.round((performance.now() - began) * 1000);
}

async function block(send, first, into) {
  for (let n = first; n < first + PINGS; n++) {
    into.push(await time(send, n));
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
}

async function main() {
  // A headless browser takes one address; without an opener the other page gets a process of its own.
  window.open(new URLSearchParams(location.hash.slice(1)).get('b'), '_blank', 'noopener');
  await hub.ready;
  const overHub = (n) => hub.ask('bench.ping', { n });
  const overChannel = (n) => channel.postMessage({ type: 'ping', n });
  while (!(await Promise.race([time(overChannel, 0), new Promise((r) => setTimeout(r, 200))])));
  while (!(await Promise.race([time(overHub, -1), new Promise((r) => setTimeout(r, 200))])));
  const seen = { hub: [], channel: [], warm: [] };
  await block(overHub, 1, seen.warm);
  await block(overChannel, 1001, seen.warm);
  for (let i = 1; i <= BLOCKS; i++) {
    const ways = [[overHub, seen.hub], [overChannel, seen.channel]];
    for (const [send, into] of i % 2 ? ways : ways.reverse()) await block(send, i * 10000 + into.length, into);
  }
  hub.ask('bench.report', { hub: seen.hub, channel: seen.channel });
}

main();
