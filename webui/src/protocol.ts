/* The words on the wire. Written by hand from shell/xcord/model.py and requests.py until `xcord schema` exists. */

export type Status = "idle" | "connecting" | "connected" | "reconnecting" | "lost" | "failed";
export type Grade = "excellent" | "good" | "poor" | "lost";
export type Kind = "camera" | "screen" | "avatar";

export interface Person {
  user: string;
  name: string;
  avatar: string;
  me: boolean;
  muted: boolean;
  deafened: boolean;
  camera: boolean;
  screen: boolean;
  present: boolean;
}
export interface Voice {
  status: Status;
  channel: string;
  room: string;
  reason: string;
  epoch: number;
  people: Person[];
  me: string;
  muted: boolean;
  deafened: boolean;
  microphone: "on" | "none" | "denied" | "off";
}
export interface Speaking {
  users: string[];
}
export interface Quality {
  users: { [user: string]: Grade };
}
export interface Devices {
  engine: "miniaudio" | "null";
  inputs: string[];
  outputs: string[];
  input: string;
  output: string;
  problem: string;
}
export interface Placed {
  user: string;
  kind: Kind;
  n: number;
  x: number;
  y: number;
  width: number;
  height: number;
  fit: "cover" | "contain";
  z: number;
}
export interface ModeInfo {
  name: string;
  title: string;
  plugin: string;
}
export interface Stage {
  mode: string;
  modes: ModeInfo[];
  order: string[];
  pins: string[];
  windows: { [window: string]: Placed[] };
}
export interface Want {
  user: string;
  kind: Kind;
  width: number;
  height: number;
}
export interface Demand {
  tracks: Want[];
}
export interface Account {
  user: string;
  login: string;
  name: string;
  role: "owner" | "moderator" | "member";
}
export interface Channel {
  id: string;
  name: string;
  people: string[];
}
export interface Server {
  id: string;
  name: string;
  channels: Channel[];
}
export interface Profile {
  user: string;
  name: string;
  avatar: string;
}
export interface Directory {
  status: "signed_out" | "connecting" | "connected" | "stale";
  reason: string;
  address: string;
  account: Account | null;
  servers: Server[];
  people: { [user: string]: Profile };
}
export interface App {
  version: string;
  protocol: number;
  measure: boolean;
  rejoin: string;
}
export interface PluginState {
  name: string;
  distribution: string;
  version: string;
  state: "on" | "off" | "starting" | "stopping" | "failed" | "stuck" | "blocked";
  reason: string;
}
export interface Plugins {
  plugins: PluginState[];
}
export interface Settings {
  values: { [name: string]: unknown };
}
export interface WindowState {
  name: string;
  page: string;
  connected: boolean;
  visible: boolean;
}
export interface Windows {
  windows: WindowState[];
}

export interface Slices {
  app: App;
  plugins: Plugins;
  settings: Settings;
  windows: Windows;
  demand: Demand;
  voice: Voice;
  speaking: Speaking;
  quality: Quality;
  devices: Devices;
  stage: Stage;
  directory: Directory;
}

export interface Nothing {}
export interface Switch {
  on: boolean;
}
export interface PageReport {
  elapsed_ms: number;
  drawn?: { [key: string]: number };
  latency_ms?: number[];
  age_ms?: number[];
  sizes?: { [key: string]: [number, number] };
  spoke?: string[];
  painter?: string;
}
export interface Commands {
  "app.quit": Nothing;
  "window.show": { name?: string };
  "window.close": { name?: string };
  "settings.set": { name: string; value: unknown };
  "plugins.set": { name: string; on: boolean };
  "page.painted": Nothing;
  "page.report": PageReport;
  "voice.join": { channel?: string; url?: string; token?: string };
  "voice.leave": Nothing;
  "voice.rejoin": { take_over?: boolean };
  "voice.mute": Switch;
  "voice.deafen": Switch;
  "voice.volume": { user: string; percent: number };
  "stage.viewport": { width: number; height: number; scale?: number; visible?: boolean };
  "stage.mode": { name: string };
  "directory.login": { address: string; login: string; password: string };
  "directory.logout": Nothing;
}
