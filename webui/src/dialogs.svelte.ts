/** Which dialog about servers and people is open. It names what it is about by id, so that news reach it. */

export type Asked =
  | { kind: 'add' }
  | { kind: 'server'; server: string }
  | { kind: 'channel'; channel: string }
  | { kind: 'ring'; channel: string }
  | { kind: 'person'; channel: string; user: string };

let shown: Asked | null = $state.raw(null);

export const dialogs = {
  get shown(): Asked | null {
    return shown;
  },
  open(next: Asked): void {
    shown = next;
  },
  close(): void {
    shown = null;
  },
};
