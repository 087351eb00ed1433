/** The page's half of video: tiles on one side, the worker on the other. */

import { drawnOf, observed, setObserved, tell, VideoCount } from './drawn';
import { watchFrames } from './frames';
import { userOf } from './keys';
import type { FromWorker, ToWorker } from './messages';
import type { Painter, Surface } from './painter';
import { choosePainter } from './painters';
import { watch, type Watch } from './probe';
import { Gathering, type PageReport } from './report';
import type { Door } from './socket';
import { age } from './stamp';
import { mark, setOwner, type Tile, type TileOwner } from './tiles';

/** What is needed of the hub. */
export interface MediaSource {
  /**
   * Calls `listener` with the media door of each snapshot (at once with the present one, if any) and with
   * null when there is none; returns what ends it.
   */
  onDoor(listener: (door: Door | null) => void): () => void;
  /** Sends the command `page.report`; called once a second in measure mode. */
  report?(report: PageReport): void;
}

export interface MediaOptions {
  /** Measure mode: count what is drawn, read the guests' clocks, report. */
  measure?: boolean;
  /** A painter by name instead of the best possible one. */
  painter?: string;
  /** Whose clocks are read in measure mode; everybody's if empty. */
  timed?: readonly string[];
}

interface Shown {
  tile: Tile;
  surface: Surface;
  watch: Watch | null;
  count: VideoCount | null;
}

export class Media implements TileOwner {
  #source: MediaSource;
  #painter: Painter | null;
  #worker: Worker | null = null;
  #shown = new Map<number, Shown>();
  #gathering: Gathering | null;
  #timed: readonly string[];
  #ends: (() => void)[] = [];
  #counting: ReturnType<typeof setInterval> | undefined;
  #measuring = false;
  #whenStopped: () => void;

  constructor(source: MediaSource, options: MediaOptions, whenStopped: () => void) {
    this.#source = source;
    this.#whenStopped = whenStopped;
    this.#painter = choosePainter(options.painter);
    this.#gathering = options.measure ? new Gathering() : null;
    this.#timed = options.timed ?? [];
    if (!this.#painter) return;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'media' });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker = worker;
    setOwner(this);
    setObserved(() => this.#observe());
    this.#observe();
    this.#ends.push(source.onDoor((door) => this.#tell({ do: 'open', door })));
    if (this.#gathering) this.#reportEverySecond(this.#gathering);
  }

  /** The painter in use, `none` where this engine has none. */
  get painter(): string {
    return this.#painter?.name ?? 'none';
  }

  spoke(user: string): void {
    this.#gathering?.spoke(user);
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    setOwner(null);
    setObserved(null);
    clearInterval(this.#counting);
    for (const shown of [...this.#shown.values()]) this.removed(shown.tile);
    this.#worker?.terminate();
    this.#worker = null;
    this.#whenStopped();
  }

  added(tile: Tile): void {
    if (!this.#painter || this.#shown.has(tile.id)) return;
    const surface = this.#painter.surface();
    // `inherit` takes the node's own object-fit, so that its style decides.
    surface.element.style.cssText =
      'position:absolute;inset:0;width:100%;height:100%;object-fit:inherit;visibility:hidden;pointer-events:none';
    surface.element.setAttribute('aria-hidden', 'true');
    tile.node.append(surface.element);
    this.#shown.set(tile.id, { tile, surface, watch: this.#watch(tile, surface), count: null });
    this.#tell({ do: 'draw', id: tile.id, key: tile.key, sink: surface.sink }, [surface.sink as Transferable]);
  }

  removed(tile: Tile): void {
    const shown = this.#shown.get(tile.id);
    if (!shown) return;
    this.#shown.delete(tile.id);
    this.#tell({ do: 'forget', id: tile.id });
    shown.watch?.stop();
    shown.count?.stop();
    shown.surface.element.remove();
    shown.surface.close();
  }

  #tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    if (message.is === 'measured') {
      for (const [key, of] of Object.entries(message.keys)) {
        this.#gathering?.drew(key, of.drawn, performance.now());
        this.#gathering?.size(key, of.width, of.height);
        of.latency.forEach((ms) => this.#gathering?.latency(ms));
        of.age.forEach((ms) => this.#gathering?.age(ms));
        tell(key, drawnOf(of));
      }
      return;
    }
    for (const id of message.ids) {
      const shown = this.#shown.get(id);
      if (!shown) continue;
      if (message.is === 'shown') {
        shown.surface.element.style.visibility = 'inherit';
      } else {
        this.removed(shown.tile);
        this.added(shown.tile);
      }
      mark(shown.tile.node, message.is === 'shown');
    }
  }

  /** Counts while somebody wants to know: in the worker, or where a `<video>` counts by itself, there. */
  #observe(): void {
    const video = this.#painter?.video ?? false;
    const measure = !video && (this.#gathering !== null || observed());
    if (measure !== this.#measuring) this.#tell({ do: 'measure', on: (this.#measuring = measure) });
    if (!video || observed() === (this.#counting !== undefined)) return;
    clearInterval(this.#counting);
    this.#counting = observed() ? setInterval(() => this.#count(), 1000) : undefined;
  }

  #count(): void {
    const now = performance.now();
    for (const shown of this.#shown.values()) {
      const { element } = shown.surface;
      if (!observed(shown.tile.key) || !(element instanceof HTMLVideoElement)) continue;
      if (shown.count) tell(shown.tile.key, shown.count.take(now));
      else shown.count = new VideoCount(element, now);
    }
  }

  #watch(tile: Tile, surface: Surface): Watch | null {
    const gathering = this.#gathering;
    if (!gathering || !(surface.element instanceof HTMLVideoElement)) return null;
    const timed = this.#timed.length === 0 || this.#timed.includes(userOf(tile.key));
    return watch(surface.element, {
      frames: (count, width, height) => {
        gathering.drew(tile.key, count, performance.now());
        gathering.size(tile.key, width, height);
      },
      ...(timed && {
        latency: (ms) => gathering.latency(ms),
        picture: (mediaTime, now) => gathering.age(age(mediaTime, now)),
      }),
    });
  }

  #reportEverySecond(gathering: Gathering): void {
    const timer = setInterval(() => {
      for (const { watch } of this.#shown.values()) watch?.count();
      this.#source.report?.(gathering.take(performance.now(), this.painter));
    }, 1000);
    this.#ends.push(() => clearInterval(timer), watchFrames((ms) => gathering.frame(ms)));
  }
}
