/** The media worker: socket and drawing, away from the page's own work. */

import { Easel } from './easel';
import type { FromWorker, ToWorker } from './messages';
import { Meter } from './meter';
import { brush } from './painters';
import { MediaSocket } from './socket';

const scope = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

const easel = new Easel((message) => scope.postMessage(message));
const socket = new MediaSocket({
  streams: (now) => easel.streams(now),
  batch: (batch, buffer) => easel.batch(batch, buffer),
});

let measuring: ReturnType<typeof setInterval> | undefined;

function measure(on: boolean): void {
  clearInterval(measuring);
  const meter = on ? new Meter(() => performance.timeOrigin + performance.now()) : null;
  easel.meter = meter;
  if (meter) measuring = setInterval(() => scope.postMessage({ is: 'measured', keys: meter.take() }), 1000);
}

scope.onmessage = ({ data }) => {
  switch (data.do) {
    case 'open':
      socket.open(data.door);
      break;
    case 'measure':
      measure(data.on);
      break;
    case 'draw':
      easel.draw(data.id, data.key, brush(data.sink));
      break;
    case 'forget':
      easel.forget(data.id);
      break;
  }
};
