/** The peer: livekit-client with adaptive stream and one `<video>` per tile, watched by the same probe. */

import { Room, RoomEvent, Track } from 'livekit-client';
import { keyText } from '../src/media/keys';
import { watch, type Watch } from '../src/media/probe';
import { Gathering } from '../src/media/report';
import { parameters, place, report } from './common';

const gathering = new Gathering();
const room = new Room({ adaptiveStream: true, dynacast: true });
const watches: Watch[] = [];
let placed = 0;
room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
  if (track.kind !== Track.Kind.Video) return;
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  video.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;object-fit:cover';
  place(placed++).append(video);
  track.attach(video);
  const key = keyText({ user: participant.identity, kind: 'camera' });
  const watched = watch(video, {
    frames(count, width, height) {
      gathering.drew(key, count, performance.now());
      gathering.size(key, width, height);
    },
    latency: (ms) => gathering.latency(ms),
  });
  watches.push(watched);
});
await room.connect(parameters.get('url') ?? '', parameters.get('token') ?? '');
setInterval(() => {
  for (const watched of watches) watched.count();
  report(gathering.take(performance.now(), 'livekit-client'));
}, 1000);
