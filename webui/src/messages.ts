/** The envelope: what travels between a page and the hub. The words inside it are in `protocol.ts`. */
import type { Slices } from './protocol';

/** The protocol this page speaks; the hub refuses another (close code 4002). */
export const PROTOCOL = 1;

/** Parameters of a translated sentence. */
export type Params = Record<string, unknown>;

export interface Fault {
  code: string;
  params: Params;
}

/** Where this window's pictures come from. */
export interface MediaDoor {
  port: number;
  ticket: string;
}

export type FromHub =
  | {
      type: 'snapshot';
      frame: number;
      protocol: number;
      window: string;
      secret: string;
      watch_only: boolean;
      media: MediaDoor | null;
      slices: Partial<Slices>;
    }
  | { type: 'change'; frame: number; slices: Partial<Slices>; gone: (keyof Slices)[] }
  | { type: 'notice'; frame: number; name: string; params: Params }
  | { type: 'check'; frame: number; hash: string }
  | { type: 'result'; id: number; ok: boolean; error?: Fault | null };

export type ToHub =
  | { type: 'hello'; token: string; secret: string; page: string; protocol: number }
  | { type: 'command'; id: number; name: string; args: unknown }
  | { type: 'resync'; frame: number };
