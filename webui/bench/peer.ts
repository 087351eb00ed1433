/** The peer: livekit-client with adaptive stream and one `<video>` per tile, watched by the same probe. */

import { Room, RoomEvent, Track, type RemoteTrack } from 'livekit-client';
import { keyText } from '../src/media/keys';
import { watch, type Watch } from '../src/media/probe';
import { Gathering } from '../src/media/report';
import { make, parameters, places, report, timed } from './common';

/**
 * livekit-client opens an output for sound when it connects, also where nobody has a microphone, and plays silence
 * into it: a tenth of what it takes for nine tiles. On our side no sound is played here either (`bench audio` is
 * about that), so this one stays shut.
 */
class Silent extends AudioContext {
  constructor(options?: AudioContextOptions) {
    super(options);
    void this.suspend();
  }
  override resume(): Promise<void> {
    return Promise.resolve();
  }
}
window.AudioContext = Silent;

const gathering = new Gathering();
const room = new Room({ adaptiveStream: true, dynacast: true });
const watches: Watch[] = [];
const tracks: RemoteTrack[] = [];
room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
  const user = participant.identity.split(':')[0] ?? '';
  const place = places.find((each) => each.user === user);
  if (track.kind !== Track.Kind.Video || !place) return;
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;object-fit:cover';
  make(place).append(video);
  track.attach(video);
  tracks.push(track);
  const key = keyText({ user, kind: 'camera' });
  const clock = timed.length === 0 || timed.includes(user);
  const watched = watch(video, {
    frames(count, width, height) {
      gathering.drew(key, count, performance.now());
      gathering.size(key, width, height);
    },
    ...(clock && { latency: (ms: number) => gathering.latency(ms) }),
  });
  watches.push(watched);
});

interface Inbound {
  type: string;
  bytesReceived?: number;
  headerBytesReceived?: number;
}

/** Video received so far, with its headers. */
async function received(): Promise<number> {
  let bytes = 0;
  for (const track of tracks) {
    (await track.getRTCStatsReport())?.forEach((entry: Inbound) => {
      if (entry.type === 'inbound-rtp') bytes += (entry.bytesReceived ?? 0) + (entry.headerBytesReceived ?? 0);
    });
  }
  return bytes;
}

await room.connect(parameters.get('url') ?? '', parameters.get('token') ?? '');
setInterval(() => {
  for (const watched of watches) watched.count();
  const told = gathering.take(performance.now(), 'livekit-client');
  if (!parameters.has('bytes')) report(told);
  else void received().then((bytes) => report({ ...told, bytes }));
}, 1000);
