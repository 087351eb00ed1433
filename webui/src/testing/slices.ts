/** Slices for tests: a small call that is complete, to be changed where a test looks. */
import type { FromHub } from '../messages';
import type {
  App,
  Directory,
  Hotkeys,
  Person,
  Placed,
  PluginState,
  Reconnection,
  Slices,
  Stage,
  Voice,
  WindowState,
} from '../protocol';

export function person(user: string, more: Partial<Person> = {}): Person {
  return {
    user,
    name: user.toUpperCase(),
    avatar: '',
    me: false,
    muted: false,
    deafened: false,
    camera: false,
    screen: false,
    present: true,
    ...more,
  };
}

export function voice(more: Partial<Voice> = {}): Voice {
  return {
    status: 'connected',
    problem: '',
    channel: 'c1',
    room: 'vc_c1',
    reason: '',
    epoch: 1,
    people: [person('ada', { name: 'Ada Lovelace', me: true }), person('mehmet', { name: 'Mehmet Öztürk' })],
    me: 'ada',
    muted: false,
    deafened: false,
    microphone: 'on',
    ...more,
  };
}

export function appOf(more: Partial<App> = {}): App {
  const nothing = { rejoin: '', link: '', links: '', autostart: '', tray: '' } as const;
  return { version: '0.1.0', protocol: 1, measure: false, ...nothing, ...more };
}

export const idle = voice({ status: 'idle', channel: '', room: '', people: [] });

export function placed(user: string, more: Partial<Placed> = {}): Placed {
  return { user, kind: 'avatar', n: 0, x: 0, y: 0, width: 5000, height: 5000, fit: 'cover', z: 0, ...more };
}

export function stageOf(more: Partial<Stage> = {}): Stage {
  return {
    mode: 'gallery',
    chosen: 'auto',
    modes: [],
    order: [],
    pins: [],
    hidden: [],
    windows: {},
    views: {},
    ...more,
  };
}

export function directory(more: Partial<Directory> = {}): Directory {
  return {
    status: 'connected',
    reason: '',
    address: 'https://voice.example.org',
    account: { user: 'ada', login: 'ada', name: 'Ada Lovelace', role: 'owner' },
    servers: [
      {
        id: 's1',
        name: 'Friends',
        role: 'owner',
        channels: [
          { id: 'c1', name: 'Lobby', people: [], limit: 0 },
          { id: 'c2', name: 'Müzik', people: ['ümit'], limit: 0 },
        ],
        members: [
          { user: 'ada', role: 'owner' },
          { user: 'ümit', role: 'member' },
        ],
      },
    ],
    people: { ümit: { user: 'ümit', name: 'Ümit', avatar: '' } },
    kept: 'file',
    invite: null,
    upkeep: null,
    ...more,
  };
}

export function reconnection(more: Partial<Reconnection> = {}): Reconnection {
  return { phase: 'off', attempt: 0, next_at: 0, reason: '', missing: '', timeline: [], ...more };
}

export function hotkeys(more: Partial<Hotkeys> = {}): Hotkeys {
  return { bindings: {}, recording: '', held: [], listener: 'off', problem: '', conflicts: [], ...more };
}

export function plugin(name: string, more: Partial<PluginState> = {}): PluginState {
  return { name, distribution: 'xcord', version: '0.1.0', state: 'on', reason: '', ...more };
}

/** A running call of two, everything switched on. */
export function slices(more: Slices = {}): Slices {
  return {
    app: appOf(),
    plugins: { plugins: [plugin('voice'), plugin('layout'), plugin('sync')] },
    settings: { values: { 'app.language': 'en', 'app.theme': 'dark' } },
    voice: voice(),
    speaking: { users: ['mehmet'] },
    quality: { users: { mehmet: 'poor' } },
    directory: directory(),
    stage: stageOf({ windows: { main: [placed('ada'), placed('mehmet', { x: 5000 })] } }),
    ...more,
  };
}

/** The main window as the shell knows it. */
export const main: WindowState = {
  name: 'main',
  page: 'main',
  connected: true,
  watch_only: false,
  visible: true,
  full_screen: false,
  viewport: null,
  withdrawn: '',
};

export function snapshot(
  held: Slices,
  more: Partial<Extract<FromHub, { type: 'snapshot' }>> = {},
): Extract<FromHub, { type: 'snapshot' }> {
  return {
    type: 'snapshot',
    frame: 0,
    protocol: 1,
    window: 'main',
    secret: 'secret',
    watch_only: false,
    media: null,
    slices: held,
    ...more,
  };
}
