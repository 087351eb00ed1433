/** What the main window shows, as pure functions of the slices. Components only draw it. */
import type { Directory, Person, Placed, PluginState, Profile, Quality, Slices, View, Voice } from './protocol';

export type Held = Readonly<Slices>;

export type Grade = Quality['users'][string];

/** What the stage shows. Each part that is missing is said by name; see `Scenes.svelte`. */
export type Scene =
  | 'nothing'
  | 'no_voice'
  | 'call'
  | 'connecting'
  | 'broken'
  | 'no_sync'
  | 'sign_in'
  | 'greeting'
  | 'out_of_reach'
  | 'idle';

export function sceneOf(slices: Held): Scene {
  const { voice, directory, stage } = slices;
  if (!voice) return directory || stage ? 'no_voice' : 'nothing';
  if (voice.people.length > 0 && voice.status !== 'idle') return 'call';
  if (voice.status === 'connected' || voice.status === 'reconnecting') return 'call';
  if (voice.status === 'connecting') return 'connecting';
  if (voice.status === 'lost' || voice.status === 'failed') return 'broken';
  if (!directory) return 'no_sync';
  if (directory.account) return 'idle';
  // A login that was kept is not gone because its server does not answer yet.
  if (directory.status === 'connecting') return 'greeting';
  return directory.status === 'stale' ? 'out_of_reach' : 'sign_in';
}

/** How a part that is not there can be had: switched on, switched on although the start left it out, or not at all. */
export type Remedy = 'switch' | 'blocked' | 'absent';

export function remedyOf(plugins: readonly PluginState[], name: string): Remedy {
  const plugin = plugins.find((each) => each.name === name);
  if (!plugin) return 'absent';
  return plugin.state === 'blocked' ? 'blocked' : 'switch';
}

/** The channel's name, or its id where the directory does not know it. */
export function channelName(directory: Directory | undefined, id: string): string {
  for (const server of directory?.servers ?? []) {
    const channel = server.channels.find((each) => each.id === id);
    if (channel) return channel.name;
  }
  return '';
}

/** The call's name for a heading; empty where there is none that people would know. */
export function callName(slices: Held): string {
  const { voice, directory } = slices;
  return voice ? channelName(directory, voice.channel) : '';
}

/** A line in the sidebar. */
export interface Listed {
  user: string;
  name: string;
  avatar: string;
  muted: boolean;
  deafened: boolean;
  present: boolean;
}

/** Who is in a channel: of my own call what voice knows, of others, and of one that I am out of, what the server end
 * says. */
export function peopleIn(channel: { id: string; people: readonly string[] }, slices: Held): Listed[] {
  const { voice, directory } = slices;
  const out = voice?.status === 'lost' && directory?.status === 'connected';
  if (voice && inCall(voice) && !out && voice.channel === channel.id)
    return voice.people.map((person) => listed(person, directory));
  return channel.people.map((user) => {
    const profile: Profile | undefined = directory?.people[user];
    return {
      user,
      name: profile?.name || user,
      avatar: profile?.avatar ?? '',
      muted: false,
      deafened: false,
      present: true,
    };
  });
}

export function listed(person: Person, directory: Directory | undefined): Listed {
  const profile = directory?.people[person.user];
  const { user, muted, deafened, present } = person;
  return {
    user,
    name: profile?.name || person.name || user,
    avatar: profile?.avatar || person.avatar,
    muted,
    deafened,
    present,
  };
}

/** There is a call, one is being made or saved, or one was lost and is not let go. */
export function inCall(voice: Voice | undefined): boolean {
  return voice !== undefined && voice.status !== 'idle' && voice.status !== 'failed';
}

/** How a call that is gone can be had again: by its channel, from the device it moved to, or by a new link only. */
export type WayBack = 'rejoin' | 'take_back' | 'direct' | 'none';

export function wayBack(voice: Voice): WayBack {
  if (voice.status === 'failed') return 'none';
  if (voice.channel === '') return 'direct';
  return voice.reason === 'moved' ? 'take_back' : 'rejoin';
}

/** Where I am or am about to be; not where a lost call was. */
export function whereIAm(voice: Voice | undefined): string | undefined {
  return inCall(voice) && voice?.status !== 'lost' ? voice?.channel : undefined;
}

/** My window's placements; a window that only watches shows main's. */
export function placements(slices: Held, window: string, watchOnly: boolean): readonly Placed[] | null {
  if (!slices.stage) return null;
  return slices.stage.windows[watchOnly ? 'main' : window] ?? [];
}

/** How my window shows the stage; one that only watches, how main does. */
export function viewOf(slices: Held, window: string, watchOnly: boolean): View {
  return slices.stage?.views[watchOnly ? 'main' : window] ?? { mode: 'gallery', page: 1, pages: 1, expanded: '' };
}

/** How a tile is named among the pins. */
export function pinKey(placed: Placed): string {
  return placed.kind === 'screen' ? `${placed.user}/screen` : placed.user;
}

/** How a tile is told from all others, also when its person switches the camera. */
export function tileKey(placed: Placed): string {
  return `${placed.kind === 'screen' ? 'screen' : 'face'} ${placed.n} ${placed.user}`;
}

/** Whom my wishes keep off the stage: how many others, and me by a wish of its own. */
export interface Hidden {
  withoutVideo: number;
  me: boolean;
}

export function hiddenOf(slices: Held): Hidden {
  const hidden = slices.stage?.hidden ?? [];
  const mine = slices.voice?.people.find((person) => person.me)?.user;
  const me = slices.settings?.values['layout.hide_me'] === true && mine !== undefined && hidden.includes(mine);
  return { me, withoutVideo: hidden.length - (me ? 1 : 0) };
}

/** People in the call whom the stage has no room for. */
export function unplaced(slices: Held, placed: readonly Placed[]): number {
  const shown = new Set([...placed.map((each) => each.user), ...(slices.stage?.hidden ?? [])]);
  return (slices.voice?.people ?? []).filter((person) => !shown.has(person.user)).length;
}
