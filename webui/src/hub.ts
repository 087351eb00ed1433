/**
 * What this page holds of the hub's truth: pure state, no socket and no framework.
 *
 * `receive` takes one message from the hub and replaces `state`; slices that did not change keep their identity.
 * A gap in the frame numbers or a differing hash asks for a new snapshot; until it comes, changes are ignored.
 */
import { hashOf } from './canonical';
import type { Fault, FromHub, Params, ToHub } from './messages';
import type { Commands, MediaDoor, Slices } from './protocol';

/** `down`: no socket now, it is being tried again. `refused`: the app does not want this page; nothing is tried. */
export type Connection = 'opening' | 'open' | 'down' | 'refused';

export interface HubState {
  readonly connection: Connection;
  /** Why the app refused this page: a code, empty otherwise. */
  readonly refusal: string;
  /** Counts snapshots: what a page tells the hub once per connection hangs on it. */
  readonly snapshots: number;
  readonly window: string;
  readonly watchOnly: boolean;
  readonly media: MediaDoor | null;
  readonly slices: Readonly<Slices>;
}

/** The one answer that every command gets. */
export type Answer = { ok: true } | { ok: false; error: Fault };

export interface Notice {
  name: string;
  params: Params;
}

export interface HubEvents {
  state(state: HubState): void;
  notice(notice: Notice): void;
}

interface Pending {
  answer(answer: Answer): void;
  timer: ReturnType<typeof setTimeout>;
}

/** How long a command waits for its answer before the page gives up on it. */
export const ANSWER_WITHIN_MS = 60_000;

const START: HubState = {
  connection: 'opening',
  refusal: '',
  snapshots: 0,
  window: '',
  watchOnly: false,
  media: null,
  slices: {},
};

export class Hub {
  state: HubState = START;

  #events: HubEvents;
  #transmit: ((message: ToHub) => void) | null = null;
  #frame = -1;
  #resyncing = false;
  #lastId = 0;
  #pending = new Map<number, Pending>();

  constructor(events: HubEvents) {
    this.#events = events;
  }

  /** A socket is open and has said hello; `transmit` sends on it. The state is `open` from its snapshot on. */
  opened(transmit: (message: ToHub) => void): void {
    this.#transmit = transmit;
    this.#frame = -1;
    this.#resyncing = false;
  }

  /** The socket is gone. Commands without an answer get theirs now: whether they were done is not known. */
  closed(refusal = ''): void {
    this.#transmit = null;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { answer, timer } of pending) {
      clearTimeout(timer);
      answer(refuse('connection_lost'));
    }
    this.#set({ connection: refusal ? 'refused' : 'down', refusal });
  }

  receive(message: FromHub): void {
    if (message.type === 'result') return this.#settle(message.id, message.ok, message.error);
    if (message.type === 'snapshot') return this.#begin(message);
    if (this.#resyncing) return;
    if (message.frame !== this.#frame + 1) return this.#resync();
    this.#frame = message.frame;
    if (message.type === 'notice') {
      this.#events.notice({ name: message.name, params: message.params });
    } else if (message.type === 'check') {
      if (message.hash !== hashOf(this.state.slices)) this.#resync();
    } else {
      const slices: Slices = { ...this.state.slices, ...message.slices };
      for (const name of message.gone) delete slices[name];
      this.#set({ slices });
    }
  }

  /** Asks for a command. Always resolves, and exactly once; it never rejects. */
  send<K extends keyof Commands>(name: K, args: Commands[K]): Promise<Answer> {
    const transmit = this.#transmit;
    if (!transmit || this.state.connection !== 'open') return Promise.resolve(refuse('not_connected'));
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(id, refuse('no_answer')), ANSWER_WITHIN_MS);
      this.#pending.set(id, { answer: resolve, timer });
      transmit({ type: 'command', id, name, args });
    });
  }

  #begin(message: Extract<FromHub, { type: 'snapshot' }>): void {
    this.#frame = message.frame;
    this.#resyncing = false;
    this.#set({
      connection: 'open',
      refusal: '',
      snapshots: this.state.snapshots + 1,
      window: message.window,
      watchOnly: message.watch_only,
      media: message.media,
      slices: message.slices,
    });
  }

  #resync(): void {
    this.#resyncing = true;
    this.#transmit?.({ type: 'resync', frame: Math.max(this.#frame, 0) });
  }

  #settle(id: number, ok: boolean, error: Fault | null | undefined): void {
    this.#answer(
      id,
      ok ? { ok: true } : { ok: false, error: error ?? { code: 'handler_failed', params: {} } },
    );
  }

  #answer(id: number, answer: Answer): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    pending.answer(answer);
  }

  #set(change: Partial<HubState>): void {
    this.state = { ...this.state, ...change };
    this.#events.state(this.state);
  }
}

function refuse(code: string): Answer {
  return { ok: false, error: { code, params: {} } };
}
