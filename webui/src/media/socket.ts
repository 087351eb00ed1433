/** The page's end of the media socket: opens, reopens, acknowledges. Runs in the worker. */

import { acknowledgement, readBatch, type Batch } from './batch';
import { keyText, type TileKey } from './keys';

/** The way in that the hub's snapshot names. */
export interface Door {
  port: number;
  ticket: string;
}

export interface SocketEvents {
  /** The streams that exist now: key text by stream number. Empty while the socket is closed. */
  streams(now: ReadonlyMap<number, string>): void;
  /** Draw this batch; it is acknowledged when the call returns. */
  batch(batch: Batch, buffer: ArrayBuffer): void;
}

/** The server does not know the ticket: a new one comes with the next snapshot. */
export const CLOSE_TICKET = 4001;
/** Another connection took the ticket over. */
export const CLOSE_REPLACED = 4004;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

export class MediaSocket {
  #events: SocketEvents;
  #make: (url: string) => WebSocket;
  #door: Door | null = null;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT_MS;

  constructor(events: SocketEvents, make = (url: string): WebSocket => new WebSocket(url)) {
    this.#events = events;
    this.#make = make;
  }

  /** Goes through `door` from now on; null closes. The same door again changes nothing. */
  open(door: Door | null): void {
    if (door && door.port === this.#door?.port && door.ticket === this.#door.ticket) return;
    this.#door = door;
    this.#wait = FIRST_WAIT_MS;
    this.#leave();
    if (door) this.#connect(door);
  }

  #connect(door: Door): void {
    const socket = this.#make(`ws://127.0.0.1:${door.port}/`);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ ticket: door.ticket }));
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.#socket) this.#receive(socket, event.data);
    };
    socket.onclose = (event) => {
      if (socket !== this.#socket) return;
      this.#leave();
      if (event.code === CLOSE_TICKET || event.code === CLOSE_REPLACED) return;
      this.#timer = setTimeout(() => this.#connect(door), this.#wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    };
  }

  #receive(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#wait = FIRST_WAIT_MS;
    if (typeof data === 'string') {
      const { streams } = JSON.parse(data) as { streams: Record<string, TileKey> };
      this.#events.streams(new Map(Object.entries(streams).map(([n, key]) => [Number(n), keyText(key)])));
      return;
    }
    const batch = readBatch(data);
    try {
      this.#events.batch(batch, data);
    } finally {
      // Without this a picture that cannot be drawn would close the whole socket every second.
      if (socket.readyState === socket.OPEN) socket.send(acknowledgement(batch.number));
    }
  }

  #leave(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.close();
    this.#events.streams(new Map());
  }
}
