/** Our path: frames from the media socket. `users` names the tiles, in order. */

import { attachTile, startMedia } from '../src/media';
import { parameters, place, report } from './common';

const door = { port: Number(parameters.get('port')), ticket: parameters.get('ticket') ?? '' };
const users = (parameters.get('users') ?? '').split(',');
startMedia(
  {
    onDoor(listener) {
      listener(door);
      return () => undefined;
    },
    report,
  },
  { measure: true, painter: parameters.get('painter') ?? '' },
);
users.forEach((user, index) => attachTile({ user, kind: 'camera' })(place(index)));
