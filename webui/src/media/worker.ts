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

function measure(): void {
  const meter = new Meter(() => performance.timeOrigin + performance.now());
  easel.meter = meter;
  setInterval(() => scope.postMessage({ is: 'measured', keys: meter.take() }), 1000);
}

scope.onmessage = ({ data }) => {
  switch (data.do) {
    case 'open':
      if (data.measure && !easel.meter) measure();
      socket.open(data.door);
      break;
    case 'draw':
      easel.draw(data.id, data.key, brush(data.sink));
      break;
    case 'forget':
      easel.forget(data.id);
      break;
  }
};
