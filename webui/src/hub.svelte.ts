/** The hub's state for components: one raw value, replaced whole. */
import type { HubState, Notice } from './hub';
import { Hub } from './hub';
import type { MediaDoor } from './protocol';

const stateListeners = new Set<(state: HubState) => void>();
const noticeListeners = new Set<(notice: Notice) => void>();

export const hub = new Hub({
  state: (next) => {
    held = next;
    stateListeners.forEach((tell) => tell(next));
  },
  notice: (notice) => noticeListeners.forEach((tell) => tell(notice)),
});
let held: HubState = $state.raw(hub.state);

export const view = {
  get state(): HubState {
    return held;
  },
  get slices(): HubState['slices'] {
    return held.slices;
  },
};

export function onNotice(tell: (notice: Notice) => void): () => void {
  noticeListeners.add(tell);
  return () => noticeListeners.delete(tell);
}

/** Calls `tell` with the media door of this connection now and whenever another one comes. */
export function onDoor(tell: (door: MediaDoor | null) => void): () => void {
  let last: MediaDoor | null | undefined;
  const look = (state: HubState) => {
    if (state.media === last) return;
    last = state.media;
    tell(state.media);
  };
  stateListeners.add(look);
  look(hub.state);
  return () => stateListeners.delete(look);
}

/** Calls `tell` once, when the first snapshot is held. */
export function whenSnapshot(tell: () => void): void {
  const look = (state: HubState) => {
    if (state.snapshots === 0) return;
    stateListeners.delete(look);
    tell();
  };
  stateListeners.add(look);
  look(hub.state);
}
