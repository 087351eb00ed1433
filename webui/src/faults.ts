/** What a tester can break from the settings, as data: group -> fault -> the command that makes it. */
import type { ask } from './ask';
import type { FaultEvent, HubFault, ServerFault, Simulate } from './protocol';

type Make = (send: typeof ask) => Promise<unknown>;
export type FaultGroup = 'call' | 'window' | 'server' | 'app';

const simulate = (kind: Simulate['kind']): Make => (send) => send('voice.simulate', { kind });
const wire = (kind: HubFault['kind'], milliseconds = 0): Make => (send) =>
  send('hub.fault', { kind, window: 'main', milliseconds, seconds: 10 });
const server = (kind: ServerFault['kind'], status = 500): Make => (send) =>
  send('directory.fault', { kind, status, milliseconds: 3000, seconds: 30 });

export const faultChoices: Record<FaultGroup, Record<string, Make>> = {
  call: {
    signal_reconnect: simulate('signal_reconnect'),
    full_reconnect: simulate('full_reconnect'),
    node_failure: simulate('node_failure'),
    migration: simulate('migration'),
    server_leave: simulate('server_leave'),
    disconnect_signal_on_resume: simulate('disconnect_signal_on_resume'),
    speaker: simulate('speaker'),
    force_tcp: simulate('force_tcp'),
    force_tls: simulate('force_tls'),
  },
  window: {
    drop: wire('drop'),
    delay: wire('delay', 500),
    double: wire('double'),
    reorder: wire('reorder'),
  },
  server: {
    status_500: server('status', 500),
    status_401: server('status', 401),
    status_403: server('status', 403),
    status_429: server('status', 429),
    slow: server('slow'),
    expired_token: server('expired_token'),
    refused_token: server('refused_token'),
    lose_webhooks: server('lose_webhooks'),
  },
  app: {
    block_hub: (send) => send('faults.block', { loop: 'hub', milliseconds: 5000 }),
    block_media: (send) => send('faults.block', { loop: 'media', milliseconds: 5000 }),
  },
};

/** The timeline as it is copied into a report: one event a line, oldest first. */
export function timelineText(events: readonly FaultEvent[]): string {
  return events
    .map(({ at, what, detail }) => `${(at / 1000).toFixed(2).padStart(8)} s  ${what} ${detail}`.trimEnd())
    .join('\n');
}
