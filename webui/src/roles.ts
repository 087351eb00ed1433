/** Who may do what, as the server end holds it: pages offer nothing that would be refused. Pure. */
import type { Channel, Directory, Member, Profile, Server } from './protocol';

const RANK = { member: 0, moderator: 1, owner: 2 } as const;

/** May make and change channels and invites. */
export function keepsOrder(server: Server): boolean {
  return RANK[server.role] >= RANK.moderator;
}

/** May rename and delete the server. */
export function owns(server: Server): boolean {
  return server.role === 'owner';
}

/** May mute, move, remove and ban this person: somebody of a lower role. Who is no member is a member here. */
export function mayModerate(server: Server, me: string, user: string): boolean {
  const theirs = server.members.find((member) => member.user === user)?.role ?? 'member';
  return user !== me && keepsOrder(server) && RANK[server.role] > RANK[theirs];
}

export interface Known extends Member {
  name: string;
  avatar: string;
}

/** Owners first, then moderators, each by name. */
export function membersOf(server: Server, people: Readonly<Record<string, Profile>>, locale: string): Known[] {
  return server.members
    .map((member) => {
      const profile = people[member.user];
      return { ...member, name: profile?.name || member.user, avatar: profile?.avatar ?? '' };
    })
    .sort((a, b) => RANK[b.role] - RANK[a.role] || a.name.localeCompare(b.name, locale));
}

export function findServer(directory: Directory | undefined, id: string): Server | undefined {
  return directory?.servers.find((server) => server.id === id);
}

export function findChannel(
  directory: Directory | undefined,
  id: string,
): { server: Server; channel: Channel } | undefined {
  for (const server of directory?.servers ?? []) {
    const channel = server.channels.find((each) => each.id === id);
    if (channel) return { server, channel };
  }
  return undefined;
}
