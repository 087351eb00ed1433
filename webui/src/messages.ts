/** The envelope, with the slices in it typed. The words themselves are in `protocol.ts`. */
import type {
  Ask,
  Change,
  Check,
  Failure,
  Hello,
  Notice,
  Result,
  Resync,
  Slices,
  Snapshot,
} from './protocol';

/** The protocol this page speaks; the hub refuses another (close code 4002). */
export const PROTOCOL = 1;

/** Parameters of a translated sentence. */
export type Params = Record<string, unknown>;

/** Why something was not done: a code that pages translate. */
export type Fault = Failure;

export type FromHub =
  | (Omit<Snapshot, 'slices'> & { slices: Slices })
  | (Omit<Change, 'slices' | 'gone'> & { slices: Slices; gone: (keyof Slices)[] })
  | Notice
  | Check
  // Without its error when there is none.
  | (Omit<Result, 'error'> & { error?: Failure | null });

export type ToHub = Hello | (Omit<Ask, 'args'> & { args: unknown }) | Resync;
