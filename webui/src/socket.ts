/**
 * The socket to the hub: says hello, keeps coming back.
 *
 * The first hello shows the one-use token from the address's fragment; the snapshot brings a secret in exchange, kept
 * for this window alone (sessionStorage), with which a reload or a dropped socket comes back.
 */
import type { FromHub, ToHub } from './messages';
import { PROTOCOL } from './messages';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
const KEY = 'xcord.secret';

/** Close codes by which the hub says that it does not want this page: coming back with the same would not help. */
const REFUSED: Record<number, string> = { 4001: 'bad_token', 4002: 'protocol', 4003: 'bad_hello' };

export interface SocketEvents {
  opened(transmit: (message: ToHub) => void): void;
  received(message: FromHub): void;
  closed(refusal: string): void;
}

/** What the socket needs from the browser, so that tests can stand in for it. */
export interface Surroundings {
  url: string;
  page: string;
  token: string;
  /** Where the secret is kept; null where the browser keeps nothing. */
  storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  connect(url: string): WebSocket;
  /** Called when the token was exchanged: it is used up and can leave the address. */
  tokenUsed(): void;
}

export class HubSocket {
  #events: SocketEvents;
  #around: Surroundings;
  #token: string;
  #secret: string;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #stopped = false;

  constructor(around: Surroundings, events: SocketEvents) {
    this.#around = around;
    this.#events = events;
    this.#token = around.token;
    this.#secret = around.token ? '' : (around.storage?.getItem(KEY) ?? '');
  }

  start(): void {
    if (this.#stopped || this.#socket) return;
    clearTimeout(this.#timer);
    const socket = this.#around.connect(this.#around.url);
    this.#socket = socket;
    const transmit = (message: ToHub) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    };
    socket.onopen = () => {
      this.#events.opened(transmit);
      transmit({
        type: 'hello',
        token: this.#token,
        secret: this.#secret,
        page: this.#around.page,
        protocol: PROTOCOL,
      });
    };
    socket.onmessage = (event) => this.#receive(JSON.parse(String(event.data)) as FromHub);
    socket.onclose = (event) => this.#closed(socket, event);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #receive(message: FromHub): void {
    if (message.type === 'snapshot') {
      this.#tries = 0;
      if (message.secret) this.#keep(message.secret);
    }
    this.#events.received(message);
  }

  #keep(secret: string): void {
    this.#secret = secret;
    this.#around.storage?.setItem(KEY, secret);
    if (this.#token) {
      this.#token = '';
      this.#around.tokenUsed();
    }
  }

  #closed(socket: WebSocket, event: CloseEvent): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    const refusal = event.code in REFUSED ? event.reason || REFUSED[event.code] || 'refused' : '';
    if (refusal) this.#stopped = true;
    this.#events.closed(refusal);
    if (this.#stopped) return;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.start(), wait);
  }
}

/** The real browser around a page; `page` is its name in the protocol. */
export function surroundings(page: string): Surroundings {
  const fragment = new URLSearchParams(location.hash.slice(1));
  return {
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`,
    page,
    token: fragment.get('t') ?? '',
    storage: storageOrNone(),
    connect: (url) => new WebSocket(url),
    tokenUsed: () => {
      fragment.delete('t');
      const rest = fragment.toString();
      history.replaceState(null, '', `${location.pathname}${rest ? `#${rest}` : ''}`);
    },
  };
}

// A browser that keeps nothing throws at the mere mention of sessionStorage; the page then lives without a reload.
function storageOrNone(): Storage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
