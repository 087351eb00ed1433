/** Who can be called into a channel, and who is. Pure. */
import type { Channel, Ring, Server } from './protocol';
import { findChannel, membersOf, type Known } from './roles';
import { peopleIn, whereIAm, type Held } from './scene';

/** The channel into which I can call others: where I am, while the server end can be asked. */
export function callingPlace(slices: Held): { server: Server; channel: Channel } | undefined {
  const { voice, directory } = slices;
  const asks = slices.ringing !== undefined && directory?.status === 'connected' && voice?.status === 'connected';
  return asks ? findChannel(directory, voice.channel) : undefined;
}

/** The members of a server who are not in a channel of it, and not I. */
export function callable(server: Server, channel: Channel, slices: Held, locale: string): Known[] {
  const here = new Set(peopleIn(channel, slices).map((person) => person.user));
  const me = slices.directory?.account?.user;
  return membersOf(server, slices.directory?.people ?? {}, locale).filter(
    (member) => member.user !== me && !here.has(member.user),
  );
}

/** The channel into which I can call this person of a server; undefined where I cannot, or where they are. */
export function placeFor(slices: Held, server: Server, user: string): Channel | undefined {
  const place = callingPlace(slices);
  if (place?.server.id !== server.id || user === slices.directory?.account?.user) return undefined;
  return peopleIn(place.channel, slices).some((person) => person.user === user) ? undefined : place.channel;
}

/** Whether I am calling this person. */
export function isCalling(slices: Held, channel: string, user: string): boolean {
  return (slices.ringing?.outgoing ?? []).some((ring) => ring.channel === channel && ring.user === user);
}

/** Whether answering takes me out of a call that I am in. */
export function leavesCall(slices: Held, ring: Ring): boolean {
  const here = whereIAm(slices.voice);
  return here !== undefined && here !== ring.channel;
}
