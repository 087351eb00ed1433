/* Made by `npm run protocol` from protocol.schema.json; do not edit. */

/**
 * Made by `xcord schema`; do not edit.
 */
export interface Protocol {
  AcceptInvite?: AcceptInvite;
  Account?: Account;
  App?: App;
  ApplyOverlayPreset?: ApplyOverlayPreset;
  Ask?: Ask;
  Ban?: Ban;
  Banned?: Banned;
  BindKeys?: BindKeys;
  BlockLoop?: BlockLoop;
  Capture?: Capture;
  Change?: Change;
  ChangePassword?: ChangePassword;
  Channel?: Channel;
  Check?: Check;
  Commands?: Commands;
  CreateChannel?: CreateChannel;
  CreateInvite?: CreateInvite;
  CreateServer?: CreateServer;
  DeleteChannel?: DeleteChannel;
  DeleteServer?: DeleteServer;
  Demand?: Demand;
  Desktop?: Desktop;
  Devices?: Devices;
  Directory?: Directory;
  EditChannel?: EditChannel;
  Expand?: Expand;
  Failure?: Failure;
  FaultEvent?: FaultEvent;
  Faults?: Faults;
  Happening?: Happening;
  Hello?: Hello;
  HotkeyConflict?: HotkeyConflict;
  Hotkeys?: Hotkeys;
  HubFault?: HubFault;
  Invite?: Invite;
  Join?: Join;
  LeaveServer?: LeaveServer;
  Login?: Login;
  LookAfter?: LookAfter;
  Measure?: Measure;
  MediaDoor?: MediaDoor;
  Member?: Member;
  Meter?: Meter;
  ModeInfo?: ModeInfo;
  ModeratePerson?: ModeratePerson;
  MovePerson?: MovePerson;
  Nothing?: Nothing;
  Notice?: Notice;
  OneAction?: OneAction;
  OpenLink?: OpenLink;
  Overlay?: Overlay;
  OverlayWindow?: OverlayWindow;
  PageReport?: PageReport;
  Person?: Person;
  PersonSwitch?: PersonSwitch;
  Pin?: Pin;
  PlaceChannel?: PlaceChannel;
  PlaceOverlay?: PlaceOverlay;
  PlaceWindow?: PlaceWindow;
  Placed?: Placed;
  PluginState?: PluginState;
  Plugins?: Plugins;
  PressKeys?: PressKeys;
  Profile?: Profile;
  PutOverlay?: PutOverlay;
  Quality?: Quality;
  Reconnection?: Reconnection;
  Register?: Register;
  Rejoin?: Rejoin;
  RemoveMember?: RemoveMember;
  RenameServer?: RenameServer;
  Result?: Result;
  Resync?: Resync;
  RevokeInvite?: RevokeInvite;
  Ring?: Ring;
  RingPerson?: RingPerson;
  Ringing?: Ringing;
  Screen?: Screen;
  Server?: Server;
  ServerFault?: ServerFault;
  SetAvatar?: SetAvatar;
  SetMode?: SetMode;
  SetName?: SetName;
  SetOpacity?: SetOpacity;
  SetOverlayRule?: SetOverlayRule;
  SetPlugin?: SetPlugin;
  SetRole?: SetRole;
  SetSetting?: SetSetting;
  SetViewport?: SetViewport;
  Settings?: Settings;
  ShowWindow?: ShowWindow;
  Simulate?: Simulate;
  Slices?: Slices;
  Snapshot?: Snapshot;
  Speaking?: Speaking;
  Stage?: Stage;
  Statistics?: Statistics;
  Switch?: Switch;
  TakeInput?: TakeInput;
  TurnPage?: TurnPage;
  Unban?: Unban;
  Upkeep?: Upkeep;
  VideoStatistics?: VideoStatistics;
  View?: View;
  Viewport?: Viewport;
  Voice?: Voice;
  Volume?: Volume;
  Want?: Want;
  WindowState?: WindowState;
  Windows?: Windows;
}
/**
 * `directory.accept_invite`: a code or an `xcord://join` link.
 */
export interface AcceptInvite {
  invite: string;
}
/**
 * Who is logged in. `role` is the role on the server end as a whole.
 */
export interface Account {
  login: string;
  name: string;
  role: 'member' | 'moderator' | 'owner';
  user: string;
}
/**
 * Slice `app`: what every page needs to know first. `rejoin` is the channel in which the last
 * run ended, offered and never joined by itself. `link` is an invite link that the desktop opened, until
 * it is put away; `links` says whether the desktop opens them with xcord (empty: not ours to say),
 * `autostart` whether xcord starts with it. `tray` is whether the desktop shows tray icons.
 */
export interface App {
  autostart: '' | 'off' | 'on';
  link: string;
  links: '' | 'off' | 'on';
  measure: boolean;
  protocol: number;
  rejoin: string;
  tray: '' | 'none' | 'there';
  version: string;
}
/**
 * `overlay.preset`: content, order, opacity and size that are ready made, for a game, a meeting or a
 * video. Places and rules stay as they are.
 */
export interface ApplyOverlayPreset {
  name: 'game' | 'meeting' | 'video';
}
/**
 * A command. `id` is the page's own; a repeated one gets its first answer again.
 */
export interface Ask {
  args: {
    [k: string]: unknown;
  };
  id: number;
  name: string;
  type: 'command';
}
/**
 * `directory.ban`: out of the server, and not let in again.
 */
export interface Ban {
  server: string;
  user: string;
}
/**
 * Who may not come back to a server; `at` in seconds since the epoch.
 */
export interface Banned {
  at: number;
  name: string;
  reason: string;
  user: string;
}
/**
 * `hotkeys.bind`: the keys of an action from now on.
 */
export interface BindKeys {
  action: 'deafen' | 'edit_overlay' | 'leave' | 'mute' | 'overlay' | 'push_to_mute' | 'push_to_talk';
  keys: string;
}
/**
 * `faults.block`: a loop of the app does nothing else for so long, as when a plugin blocks it.
 */
export interface BlockLoop {
  loop?: 'hub' | 'media';
  milliseconds?: number;
}
/**
 * Slice `capture`: the microphone. `problem` says why it gives nothing, as far as that is known:
 * there is none, it cannot be opened (permission, busy, failed), or what comes from it is silence
 * (muted_in_system, permission, zeros, faint). `suppressor` tells whether the stronger noise suppressor
 * works; `testing` is an echo test, during which nobody in the call hears me.
 */
export interface Capture {
  problem: '' | 'busy' | 'failed' | 'faint' | 'muted_in_system' | 'none' | 'permission' | 'zeros';
  suppressor: 'failed' | 'missing' | 'off' | 'on';
  testing: boolean;
}
/**
 * The newest value of each slice that changed, and the slices that are gone.
 */
export interface Change {
  frame: number;
  gone: string[];
  slices: {
    [k: string]: unknown;
  };
  type: 'change';
}
/**
 * `directory.change_password`; every other login of the account ends.
 */
export interface ChangePassword {
  new: string;
  old: string;
}
/**
 * A voice channel. `people` are the users known to be in it (empty until presence is known), also
 * on other devices; `limit` is how many it takes, 0 for any number.
 */
export interface Channel {
  id: string;
  limit: number;
  name: string;
  people: string[];
}
/**
 * `hash`: crc32, eight hex digits, over canonical JSON of what this window should hold.
 */
export interface Check {
  frame: number;
  hash: string;
  type: 'check';
}
/**
 * Arguments of each command.
 */
export interface Commands {
  'app.autostart': Switch;
  'app.handle_links': Switch;
  'app.open_link': OpenLink;
  'app.quit': Nothing;
  'desktop.unlocked': Nothing;
  'directory.accept_invite': AcceptInvite;
  'directory.ban': Ban;
  'directory.change_password': ChangePassword;
  'directory.create_channel': CreateChannel;
  'directory.create_invite': CreateInvite;
  'directory.create_server': CreateServer;
  'directory.delete_channel': DeleteChannel;
  'directory.delete_server': DeleteServer;
  'directory.edit_channel': EditChannel;
  'directory.fault': ServerFault;
  'directory.kick': ModeratePerson;
  'directory.leave_server': LeaveServer;
  'directory.login': Login;
  'directory.logout': Nothing;
  'directory.logout_everywhere': Nothing;
  'directory.look_after': LookAfter;
  'directory.move': MovePerson;
  'directory.mute': ModeratePerson;
  'directory.place_channel': PlaceChannel;
  'directory.put_invite_away': Nothing;
  'directory.refresh': Nothing;
  'directory.register': Register;
  'directory.remove_member': RemoveMember;
  'directory.rename_server': RenameServer;
  'directory.revoke_invite': RevokeInvite;
  'directory.set_avatar': SetAvatar;
  'directory.set_name': SetName;
  'directory.set_role': SetRole;
  'directory.unban': Unban;
  'faults.block': BlockLoop;
  'faults.end': Nothing;
  'faults.forget': Nothing;
  'hotkeys.bind': BindKeys;
  'hotkeys.clear': OneAction;
  'hotkeys.pressed': PressKeys;
  'hotkeys.record': OneAction;
  'hotkeys.record_stop': Nothing;
  'hub.fault': HubFault;
  'overlay.edit': Switch;
  'overlay.place': PlaceOverlay;
  'overlay.preset': ApplyOverlayPreset;
  'overlay.put': PutOverlay;
  'overlay.reset': Nothing;
  'overlay.rule': SetOverlayRule;
  'overlay.show': Switch;
  'page.painted': Nothing;
  'page.report': PageReport;
  'plugins.set': SetPlugin;
  'reconnection.stop': Nothing;
  'reconnection.try_now': Nothing;
  'ringing.answer': RingPerson;
  'ringing.call': RingPerson;
  'ringing.cancel': RingPerson;
  'ringing.dismiss': RingPerson;
  'settings.set': SetSetting;
  'stage.expand': Expand;
  'stage.mode': SetMode;
  'stage.page': TurnPage;
  'stage.pin': Pin;
  'stage.viewport': SetViewport;
  'voice.deafen': Switch;
  'voice.echo_test': Switch;
  'voice.join': Join;
  'voice.leave': Nothing;
  'voice.meter': Switch;
  'voice.mute': Switch;
  'voice.prioritize': PersonSwitch;
  'voice.rejoin': Rejoin;
  'voice.silence': PersonSwitch;
  'voice.simulate': Simulate;
  'voice.test_sound': Nothing;
  'voice.volume': Volume;
  'window.close': ShowWindow;
  'window.full_screen': Switch;
  'window.opacity': SetOpacity;
  'window.place': PlaceWindow;
  'window.show': ShowWindow;
  'window.take_input': TakeInput;
}
/**
 * `voice.mute`, `voice.deafen`, `app.handle_links` (links open this xcord), `app.autostart` (it
 * starts with the desktop, hidden), `window.full_screen`
 * (the window that asks, or `main`): the wanted state.
 * `voice.meter` and `voice.echo_test` too; they belong to the window that asks and end with it.
 */
export interface Switch {
  on: boolean;
}
/**
 * `app.open_link`: an `xcord://join` link is shown, and asked about; empty puts it away.
 */
export interface OpenLink {
  link?: string;
}
/**
 * `voice.leave`, `app.quit`, `directory.logout`, `directory.refresh` and others: none.
 */
export interface Nothing {}
/**
 * `directory.create_channel`; `limit` 0 takes any number of people.
 */
export interface CreateChannel {
  limit?: number;
  name: string;
  server: string;
}
/**
 * `directory.create_invite`: it appears in slice `directory`. 0 is without end.
 */
export interface CreateInvite {
  hours?: number;
  server: string;
  uses?: number;
}
/**
 * `directory.create_server`.
 */
export interface CreateServer {
  name: string;
}
/**
 * `directory.delete_channel`: also while people are in it.
 */
export interface DeleteChannel {
  channel: string;
}
/**
 * `directory.delete_server`: with all its channels.
 */
export interface DeleteServer {
  server: string;
}
/**
 * `directory.edit_channel`.
 */
export interface EditChannel {
  channel: string;
  limit?: number;
  name: string;
}
/**
 * `directory.fault`: what a server end that was started with `--faults` does for so many seconds.
 *
 * `status` answers every request with that HTTP status, `slow` answers `milliseconds` late,
 * `expired_token` and `refused_token` hand out join tokens that the SFU refuses, `lose_webhooks`
 * answers the SFU and forgets what it said, `none` ends all of these.
 */
export interface ServerFault {
  kind: 'expired_token' | 'lose_webhooks' | 'none' | 'refused_token' | 'slow' | 'status';
  milliseconds?: number;
  seconds?: number;
  status?: number;
}
/**
 * `directory.kick`, `directory.mute`: somebody in a channel.
 */
export interface ModeratePerson {
  channel: string;
  user: string;
}
/**
 * `directory.leave_server`: I am no member of it any more.
 */
export interface LeaveServer {
  server: string;
}
/**
 * `directory.login`: address of the server end, for example `http://127.0.0.1:7800`.
 */
export interface Login {
  address: string;
  login: string;
  password: string;
}
/**
 * `directory.look_after`: its members, invites and bans appear in slice `directory`, as far as I may
 * see them; empty: of no server.
 */
export interface LookAfter {
  server?: string;
}
/**
 * `directory.move`: to another channel of the same server.
 */
export interface MovePerson {
  channel: string;
  to: string;
  user: string;
}
/**
 * `directory.place_channel`: among all of its server; `position` counts from 0, others make room.
 */
export interface PlaceChannel {
  channel: string;
  position: number;
}
/**
 * `directory.register`: a new account, signed in at once. `invite` is a code or an `xcord://join`
 * link, whose address counts where `address` is empty.
 */
export interface Register {
  address: string;
  invite?: string;
  login: string;
  name: string;
  password: string;
}
/**
 * `directory.remove_member`: out of the server; an invite lets them in again.
 */
export interface RemoveMember {
  server: string;
  user: string;
}
/**
 * `directory.rename_server`.
 */
export interface RenameServer {
  name: string;
  server: string;
}
/**
 * `directory.revoke_invite`: it lets nobody in any more.
 */
export interface RevokeInvite {
  code: string;
  server: string;
}
/**
 * `directory.set_avatar`: the picture that others see of me, as PNG, JPEG or WebP (base64 on the wire);
 * empty for none.
 */
export interface SetAvatar {
  picture?: string;
}
/**
 * `directory.set_name`: how others see me.
 */
export interface SetName {
  name: string;
}
/**
 * `directory.set_role`: what a member may do on a server.
 */
export interface SetRole {
  role: 'member' | 'moderator' | 'owner';
  server: string;
  user: string;
}
/**
 * `directory.unban`: may come back, by an invite.
 */
export interface Unban {
  server: string;
  user: string;
}
/**
 * `hotkeys.clear`: the action has no key any more. `hotkeys.record`: what is pressed next becomes its
 * key, unless that is Escape.
 */
export interface OneAction {
  action: 'deafen' | 'edit_overlay' | 'leave' | 'mute' | 'overlay' | 'push_to_mute' | 'push_to_talk';
}
/**
 * `hotkeys.pressed`: a window saw an action's keys, for listener `window` only. `down` is told
 * again every 60 ms while they are held; without that they count as let go.
 */
export interface PressKeys {
  action: 'deafen' | 'edit_overlay' | 'leave' | 'mute' | 'overlay' | 'push_to_mute' | 'push_to_talk';
  down: boolean;
}
/**
 * `hub.fault`: what is done to what a window is sent, for so many seconds. `drop` closes its socket
 * once, `delay` sends each message `milliseconds` late, `none` ends a fault.
 */
export interface HubFault {
  kind: 'delay' | 'double' | 'drop' | 'none' | 'reorder';
  milliseconds?: number;
  seconds?: number;
  window?: string;
}
/**
 * `overlay.place`: where the content of the overlay that asks lies, or of the first one; the width
 * chooses the scale. It is kept on a screen, and moves to an edge that is near with `snap`. Not `done`:
 * it is being dragged, and is not remembered yet.
 */
export interface PlaceOverlay {
  done?: boolean;
  height: number;
  snap?: boolean;
  width: number;
  x: number;
  y: number;
}
/**
 * `overlay.put`: into a corner or at the middle of an edge, of its own screen or of the one named; an
 * empty `window` is the overlay that asks, or the first one.
 */
export interface PutOverlay {
  corner: 'bottom' | 'bottom_left' | 'bottom_right' | 'left' | 'right' | 'top' | 'top_left' | 'top_right';
  screen?: string;
  window?: string;
}
/**
 * `overlay.rule`: what happens while an application is in front, by its process name; `corner` is
 * where `place` puts the overlay. `none` removes its rule.
 */
export interface SetOverlayRule {
  application: string;
  corner?: 'bottom' | 'bottom_left' | 'bottom_right' | 'left' | 'right' | 'top' | 'top_left' | 'top_right';
  does: 'hide' | 'none' | 'place' | 'show';
}
/**
 * `page.report`: what a page measured of itself; accepted only while the app runs `--measure`.
 *
 * `elapsed_ms` since the first drawn frame; `drawn` frames by `user/kind`; `latency_ms` and
 * `age_ms` are samples since the last report (guest's capture to pixel; delivery to pixel);
 * `sizes` the last `[width, height]` by `user/kind`; `spoke` everyone shown as speaking so far;
 * `frames_ms` between the frames that the page painted while its window changed its size, since the last.
 */
export interface PageReport {
  age_ms?: number[];
  drawn?: {
    [k: string]: number;
  };
  elapsed_ms: number;
  frames_ms?: number[];
  latency_ms?: number[];
  painter?: string;
  sizes?: {
    /**
     * @minItems 2
     * @maxItems 2
     */
    [k: string]: [number, number];
  };
  spoke?: string[];
}
/**
 * `plugins.set`.
 */
export interface SetPlugin {
  name: string;
  on: boolean;
}
/**
 * `ringing.call` and `ringing.cancel`: `user` is called into `channel`, where I am, and no more.
 * `ringing.answer` (which joins) and `ringing.dismiss`: of the call by `user` into `channel`.
 */
export interface RingPerson {
  channel: string;
  user: string;
}
/**
 * `settings.set`: `name` is an option's full name; the value is checked against its type.
 */
export interface SetSetting {
  name: string;
  value: unknown;
}
/**
 * `stage.expand`: whether a person, or with `screen` what a person shares, is shown alone on the
 * stage of the window that asks, or of `main`. One at a time; the latest counts.
 */
export interface Expand {
  on: boolean;
  screen?: boolean;
  user: string;
}
/**
 * `stage.mode`: the view mode to use, or `auto` for the one that suits what is to be seen.
 */
export interface SetMode {
  name: string;
}
/**
 * `stage.page`: which page of its stage the window that asks shows, counted from 1; beyond the last it
 * is the last. Who asks without a window turns that of `main`.
 */
export interface TurnPage {
  page: number;
}
/**
 * `stage.pin`: whether a person, or with `screen` what a person shares, is kept in view and shown
 * large where the mode has a large tile.
 */
export interface Pin {
  on: boolean;
  screen?: boolean;
  user: string;
}
/**
 * `stage.viewport` of the window that asks: CSS pixels, device pixels per hundred of them, and
 * `focus` if it shows but one tile, the one with the focus.
 */
export interface SetViewport {
  focus?: boolean;
  height: number;
  scale?: number;
  visible?: boolean;
  width: number;
}
/**
 * `voice.join`: a channel of the directory, or a direct LiveKit `url` and `token`.
 */
export interface Join {
  channel?: string;
  token?: string;
  url?: string;
}
/**
 * `voice.silence`: whether nothing of a person is played here. `voice.prioritize`: whether all
 * others are quieter while this person speaks.
 */
export interface PersonSwitch {
  on: boolean;
  user: string;
}
/**
 * `voice.rejoin`. `take_over` also replaces a connection that the SDK still tries to save.
 */
export interface Rejoin {
  take_over?: boolean;
}
/**
 * `voice.simulate`: one of LiveKit's `simulate_scenario` kinds, by its name in small letters.
 */
export interface Simulate {
  kind:
    | 'disconnect_signal_on_resume'
    | 'force_tcp'
    | 'force_tls'
    | 'full_reconnect'
    | 'migration'
    | 'node_failure'
    | 'server_leave'
    | 'signal_reconnect'
    | 'speaker';
}
/**
 * `voice.volume`: how loud a person is for me, 0 to 200 percent; `shared` means the sound of the
 * screen that the person shows, which has a volume of its own.
 */
export interface Volume {
  percent: number;
  shared?: boolean;
  user: string;
}
/**
 * `window.show`, `window.close`.
 */
export interface ShowWindow {
  name?: string;
}
/**
 * `window.opacity` of the whole overlay.
 */
export interface SetOpacity {
  name: string;
  percent: number;
}
/**
 * `window.place`: the outer rectangle, in device-independent pixels of the whole desktop.
 */
export interface PlaceWindow {
  height: number;
  name: string;
  width: number;
  x: number;
  y: number;
}
/**
 * `window.take_input`: whether the overlay gets the mouse, or clicks go through it.
 */
export interface TakeInput {
  name: string;
  on: boolean;
}
/**
 * Slice `demand`: the video that somebody looks at now. What is not named here is off.
 */
export interface Demand {
  tracks: Want[];
}
/**
 * How a track is wanted, in device pixels of its largest tile.
 */
export interface Want {
  height: number;
  kind: 'avatar' | 'camera' | 'screen';
  user: string;
  width: number;
}
/**
 * Slice `desktop`. `screens` is empty until they were looked at; `compositing` tells whether
 * anything can be transparent; `application` is the process name of the program in front, empty where
 * that is not known.
 */
export interface Desktop {
  application: string;
  compositing: boolean;
  limits: (
    | 'no_application'
    | 'no_compositor'
    | 'no_lock'
    | 'no_tray'
    | 'overlay_untried'
    | 'wayland_on_top'
    | 'wayland_place'
  )[];
  locked: boolean;
  screens: Screen[];
}
/**
 * A monitor. `id` stays the same when monitors come and go; places are in device-independent pixels of
 * the whole desktop, `scale` is device pixels per hundred of them.
 */
export interface Screen {
  height: number;
  id: string;
  name: string;
  primary: boolean;
  scale: number;
  width: number;
  x: number;
  y: number;
}
/**
 * Slice `devices`: sound devices by name. `engine` is `null` on a machine without sound;
 * `problem` is then a code for the pages.
 */
export interface Devices {
  engine: 'miniaudio' | 'null';
  input: string;
  inputs: string[];
  output: string;
  outputs: string[];
  problem: string;
}
/**
 * Slice `directory`. `status`: `signed_out`, `connecting`, `connected`, `stale` (what
 * is shown may be old; `reason` tells why). `kept`: where the login is kept on this machine.
 * `invite` is the one that was made last, until it is put away; `upkeep` is of the server that is
 * looked after.
 */
export interface Directory {
  account: Account | null;
  address: string;
  invite: Invite | null;
  kept: '' | 'file' | 'keyring';
  people: {
    [k: string]: Profile;
  };
  reason: string;
  servers: Server[];
  status: 'connected' | 'connecting' | 'signed_out' | 'stale';
  upkeep: Upkeep | null;
}
/**
 * An invite that can be accepted. Its `code` lets people in: it is shown and never logged.
 *
 * `expires_at` is in seconds since the epoch, 0 never; `uses` are left, 0 means any number; `by`
 * is the user who made it.
 */
export interface Invite {
  by: string;
  code: string;
  expires_at: number;
  link: string;
  server: string;
  uses: number;
}
/**
 * A person as the server end knows them; wins over what LiveKit's metadata says. `avatar` is an address
 * that `hub.pictures` made, or empty.
 */
export interface Profile {
  avatar: string;
  name: string;
  user: string;
}
/**
 * A community with its channels. `role` is mine in it.
 */
export interface Server {
  channels: Channel[];
  id: string;
  members: Member[];
  name: string;
  role: 'member' | 'moderator' | 'owner';
}
/**
 * Who belongs to a server, and what they may do there.
 */
export interface Member {
  role: 'member' | 'moderator' | 'owner';
  user: string;
}
/**
 * What those who look after a server see of it while they do, the newest first.
 */
export interface Upkeep {
  bans: Banned[];
  invites: Invite[];
  server: string;
}
/**
 * Why a command was not done; pages translate `error_<code>`.
 */
export interface Failure {
  code: string;
  params: {
    [k: string]: unknown;
  };
}
/**
 * One line of a timeline: `at` in milliseconds since the timeline began (`faults.forget` begins a
 * new one); `what` is a word such as `status`, `notice` or `moved`, `detail` what came of it.
 */
export interface FaultEvent {
  at: number;
  detail: string;
  what: string;
}
/**
 * Slice `faults`: there while faults may be made on purpose, with what has happened, newest last.
 */
export interface Faults {
  events: FaultEvent[];
}
/**
 * One line of "why did I drop?". `at` in ms since 1970; `what` and `reason` are codes for the
 * pages; `number` is an attempt or seconds, as `what` has it.
 */
export interface Happening {
  at: number;
  number: number;
  reason: string;
  what: string;
}
/**
 * First message of a page: a one-use `token` from the shell, or the `secret` of its last snapshot.
 */
export interface Hello {
  page: string;
  protocol: number;
  secret: string;
  token: string;
  type: 'hello';
}
/**
 * Why a key may not do what its owner expects: `same` does the action `other` too, `app` is the
 * shortcut `other` of xcord's own window too (`mode`, `page`, `full_screen`, `statistics`),
 * `types` is a key with which people write.
 */
export interface HotkeyConflict {
  action: 'deafen' | 'edit_overlay' | 'leave' | 'mute' | 'overlay' | 'push_to_mute' | 'push_to_talk';
  other: string;
  trouble: 'app' | 'same' | 'types';
}
/**
 * Slice `hotkeys`.
 *
 * `bindings` are keys by action, such as `ctrl+shift+m`, `mouse8` or `f8`; where the desktop gives
 * out the keys (`portal`) they are in its own words. `recording` is the action whose key is awaited.
 * `held` are push to talk and push to mute as long as they are. `listener` is who sees keys: `global`
 * wherever they are pressed, `portal` the desktop does and tells, `window` only xcord's own windows,
 * `off` nobody, for there is no key to look for; `problem` is why it is not a better one.
 */
export interface Hotkeys {
  bindings: {
    [k: string]: string;
  };
  conflicts: HotkeyConflict[];
  held: ('deafen' | 'edit_overlay' | 'leave' | 'mute' | 'overlay' | 'push_to_mute' | 'push_to_talk')[];
  listener: 'global' | 'off' | 'portal' | 'window';
  problem:
    | ''
    | 'died'
    | 'no_display'
    | 'no_listener'
    | 'no_permission'
    | 'no_xinput'
    | 'portal_missing'
    | 'portal_refused';
  recording: '' | 'deafen' | 'edit_overlay' | 'leave' | 'mute' | 'overlay' | 'push_to_mute' | 'push_to_talk';
}
/**
 * Slice `measure`, only while the app runs with `--measure`. `painted_at_ms` is the moment (since
 * the epoch) of the first painted main window; `reports` holds each window's newest figures.
 */
export interface Measure {
  painted_at_ms: number;
  reports: {
    [k: string]: PageReport;
  };
}
/**
 * Where this window's pictures come from; the ticket is the media socket's first message.
 */
export interface MediaDoor {
  port: number;
  ticket: string;
}
/**
 * Slice `meter`: my microphone's level after processing, in dBFS, about 15 times a second while a
 * window asked for it by `voice.meter`. `open` is whether voice activity lets it through; the costs are
 * CPU time in microseconds for 10 ms of sound.
 */
export interface Meter {
  level: number;
  open: boolean;
  processing_us: number;
  suppressor_us: number;
}
/**
 * A view mode that can be chosen. `plugin` is who brought it.
 */
export interface ModeInfo {
  name: string;
  plugin: string;
  title: string;
}
/**
 * Something happened; for toasts and sounds, never state.
 */
export interface Notice {
  frame: number;
  name: string;
  params: {
    [k: string]: unknown;
  };
  type: 'notice';
}
/**
 * Slice `overlay`. `shown` is what is wanted at this moment, by the user or by a rule (there is
 * something to see only in a call); `rule` is the application whose rule is in force, or empty. `people`
 * are the users to list, in order, and `more` how many have no room. `trouble` is what is wrong with the
 * call. `recent` are applications that were in front, the last one first. `opacity` and `scale` are
 * the user's, in percent; on a small screen an overlay may have a smaller scale. `preset` is the one that
 * the user's wishes look like, or empty. `windows` holds each overlay's place by the window's name.
 */
export interface Overlay {
  content: 'everyone' | 'speakers' | 'stage';
  editing: boolean;
  marks: boolean;
  more: number;
  names: boolean;
  opacity: number;
  people: string[];
  preset: ('game' | 'meeting' | 'video') | '';
  recent: string[];
  rule: string;
  scale: number;
  shown: boolean;
  trouble: '' | 'lost' | 'media' | 'signal';
  windows: {
    [k: string]: OverlayWindow;
  };
}
/**
 * Where one overlay's content lies: on which `screen` (an id of slice `desktop`; empty while none is
 * known), and its rectangle in device-independent pixels of the whole desktop, drawn at `scale` percent.
 * It keeps to the `right` and to the `bottom` of its window where these are true. `withdrawn` is why
 * the shell took it off the screen, `problem` the code of what the shell refused.
 */
export interface OverlayWindow {
  bottom: boolean;
  height: number;
  problem: string;
  right: boolean;
  scale: number;
  screen: string;
  width: number;
  withdrawn: '' | 'locked' | 'took_input';
  x: number;
  y: number;
}
/**
 * Somebody in the call, keyed by user and never by track or connection.
 *
 * `muted` and `deafened` are what the person's app says; `camera` and `screen` tell whether
 * such a track is published; `present` is false in the grace time after the connection vanished.
 */
export interface Person {
  avatar: string;
  camera: boolean;
  deafened: boolean;
  me: boolean;
  muted: boolean;
  name: string;
  present: boolean;
  screen: boolean;
  user: string;
}
/**
 * A placement on the wire: the rectangle in 1/10000 of the stage.
 */
export interface Placed {
  fit: 'contain' | 'cover';
  height: number;
  kind: 'avatar' | 'camera' | 'screen';
  n: number;
  user: string;
  width: number;
  x: number;
  y: number;
  z: number;
}
/**
 * One line of `xcord plugins`. `reason` is an English sentence: who, what, what now.
 */
export interface PluginState {
  distribution: string;
  name: string;
  reason: string;
  state: 'blocked' | 'failed' | 'off' | 'on' | 'starting' | 'stopping' | 'stuck';
  version: string;
}
/**
 * Slice `plugins`.
 */
export interface Plugins {
  plugins: PluginState[];
}
/**
 * Slice `quality`: connection quality by user.
 */
export interface Quality {
  users: {
    [k: string]: 'excellent' | 'good' | 'lost' | 'poor';
  };
}
/**
 * Slice `reconnection`.
 *
 * `phase`: `off` nothing is wrong · `saving` LiveKit's own recovery is at work · `away` somebody
 * does not answer, `missing` says who (`network`, `voice_server`, `server_end`) · `waiting` for
 * `next_at` (ms since 1970) · `trying` · `offered` the user may have it back, nothing is done by
 * itself · `ended` for good · `sign_in` only a new sign-in helps · `stopped` by the user.
 * `attempt` counts from 1; `reason` is why the call broke, or why the last attempt failed.
 */
export interface Reconnection {
  attempt: number;
  missing: string;
  next_at: number;
  phase: 'away' | 'ended' | 'off' | 'offered' | 'saving' | 'sign_in' | 'stopped' | 'trying' | 'waiting';
  reason: string;
  timeline: Happening[];
}
/**
 * The one answer to a command.
 */
export interface Result {
  error: Failure | null;
  id: number;
  ok: boolean;
  type: 'result';
}
/**
 * The page's state differs, or a frame is missing: it asks for a new snapshot.
 */
export interface Resync {
  frame: number;
  type: 'resync';
}
/**
 * A call into `channel`. `user` is the other one of the two; `name` is theirs and `place` the
 * channel's, as the directory knew them.
 */
export interface Ring {
  channel: string;
  name: string;
  place: string;
  user: string;
}
/**
 * Slice `ringing`: who calls me (`incoming`) and whom I call (`outgoing`), the oldest first.
 */
export interface Ringing {
  incoming: Ring[];
  outgoing: Ring[];
}
/**
 * Slice `settings`: the value of each option, by its full name (`voice.muted`).
 */
export interface Settings {
  values: {
    [k: string]: unknown;
  };
}
/**
 * Slices by name; one that is gone is absent.
 */
export interface Slices {
  app?: App;
  capture?: Capture;
  demand?: Demand;
  desktop?: Desktop;
  devices?: Devices;
  directory?: Directory;
  faults?: Faults;
  hotkeys?: Hotkeys;
  measure?: Measure;
  meter?: Meter;
  overlay?: Overlay;
  plugins?: Plugins;
  quality?: Quality;
  reconnection?: Reconnection;
  ringing?: Ringing;
  settings?: Settings;
  speaking?: Speaking;
  stage?: Stage;
  statistics?: Statistics;
  voice?: Voice;
  windows?: Windows;
}
/**
 * Slice `speaking`: users who are speaking now, computed from the signal.
 */
export interface Speaking {
  users: string[];
}
/**
 * Slice `stage`. `mode` is in use where a window has no reason for another one, `chosen` is what
 * the user asked for (`auto` by default). `pins` are users, or `user/screen` for what a user shares,
 * the latest last; `hidden` are users whose face is not shown because the user of this app wishes so.
 * `windows` holds the placements of each window by its name, `views` what else is to be said of it.
 */
export interface Stage {
  chosen: string;
  hidden: string[];
  mode: string;
  modes: ModeInfo[];
  order: string[];
  pins: string[];
  views: {
    [k: string]: View;
  };
  windows: {
    [k: string]: Placed[];
  };
}
/**
 * How one window shows the stage: the `mode` in use there, which of `pages` it is on, counted from 1,
 * and what is `expanded` there (named as a pin is): shown alone, all over the stage, until that is taken
 * back.
 */
export interface View {
  expanded: string;
  mode: string;
  page: number;
  pages: number;
}
/**
 * Slice `statistics`. `way` is how sizes are asked for: by the SDK's track settings, or, where it
 * does not know them, by subscription and quality (empty: not found out yet). `videos` comes about once a
 * second while the option `voice.statistics` is on.
 */
export interface Statistics {
  videos: VideoStatistics[];
  way: '' | 'settings' | 'subscription';
}
/**
 * One video track. `tile_*` is the largest tile that shows it, in device pixels; `asked_*` what the
 * SFU was asked for (0: nothing), in so many `requests` of this subscription; `full_*` what its sender
 * has at most; `width` and `height` what arrives, with `fps` pictures and `kilobits` a second,
 * `lost` packets so far, `jitter_ms` of the network.
 *
 * `layer` is which share of the full height arrives, empty where there are no layers. `why` it is that:
 * nobody looks (unseen), nothing came yet (waiting), the sender has no other (only), it is the smallest that
 * is large enough (fits), or a smaller or a larger one than that (less: network or sender hold it back;
 * more: the right one is not there yet, or not sent at all).
 */
export interface VideoStatistics {
  asked_height: number;
  asked_width: number;
  codec: string;
  fps: number;
  full_height: number;
  full_width: number;
  height: number;
  jitter_ms: number;
  kilobits: number;
  kind: 'avatar' | 'camera' | 'screen';
  layer: '' | 'full' | 'half' | 'quarter';
  lost: number;
  requests: number;
  tile_height: number;
  tile_width: number;
  user: string;
  why: 'fits' | 'less' | 'more' | 'only' | 'unseen' | 'waiting';
  width: number;
}
/**
 * Slice `voice`: the one truth about the call.
 *
 * `channel` is the directory's channel id, or empty for a direct link; `reason` is a code for the
 * pages (`""` when there is nothing to explain); `epoch` counts connections of this run.
 * `problem` is what people should know of a call that is up: `media` that none arrives, `signal`
 * that the link to the server has been gone for a while (a short `reconnecting` is nothing to show).
 * `muted` and `deafened` are my own wishes, true also while no call is up.
 */
export interface Voice {
  channel: string;
  deafened: boolean;
  epoch: number;
  me: string;
  microphone: 'denied' | 'none' | 'off' | 'on';
  muted: boolean;
  people: Person[];
  problem: '' | 'media' | 'signal';
  reason: string;
  room: string;
  status: 'connected' | 'connecting' | 'failed' | 'idle' | 'lost' | 'reconnecting';
}
/**
 * Slice `windows`.
 */
export interface Windows {
  windows: WindowState[];
}
/**
 * One window as the shell knows it. `viewport` is its stage, once its page has told; `visible` is
 * what the desktop says (false when hidden or minimised); `full_screen` is on from when its page asked for
 * that until it is over, however it ended; `withdrawn` is why the shell took an overlay off the screen.
 */
export interface WindowState {
  connected: boolean;
  full_screen: boolean;
  name: string;
  page: string;
  viewport: Viewport | null;
  visible: boolean;
  watch_only: boolean;
  withdrawn: '' | 'locked' | 'took_input';
}
/**
 * The stage of one window. `width` and `height` in CSS pixels, `scale` in device pixels per
 * hundred CSS pixels (125 means 1.25). With `focus` the window has room for the focus alone, whatever mode
 * is chosen elsewhere.
 */
export interface Viewport {
  focus: boolean;
  height: number;
  scale: number;
  visible: boolean;
  width: number;
}
/**
 * All slices; always frame 0. `secret` lets the page come back after a reload.
 */
export interface Snapshot {
  frame: number;
  media: MediaDoor | null;
  protocol: number;
  secret: string;
  slices: {
    [k: string]: unknown;
  };
  type: 'snapshot';
  watch_only: boolean;
  window: string;
}
