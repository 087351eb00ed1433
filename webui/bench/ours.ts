/** Our path: frames from the media socket. */

import { attachTile, startMedia } from '../src/media';
import { make, parameters, places, report, timed } from './common';

const door = { port: Number(parameters.get('port')), ticket: parameters.get('ticket') ?? '' };
startMedia(
  {
    onDoor(listener) {
      listener(door);
      return () => undefined;
    },
    report,
  },
  { measure: true, painter: parameters.get('painter') ?? '', timed },
);
for (const place of places) attachTile({ user: place.user, kind: 'camera' })(make(place));
