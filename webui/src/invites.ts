/** Invite links as the page reads them: pure. The hub and the server end check them again. */

export interface Invited {
  /** As it stands in the link, for people to read. */
  host: string;
  /** The server end's address, for the sign-in form. */
  address: string;
}

const LINK = /^xcord:\/\/join\/([^/?#\s]+)\/[A-Za-z0-9]{4,32}\/?(\?http)?$/;

export function invitedBy(link: string): Invited | null {
  const [, host, plain] = LINK.exec(link.trim()) ?? [];
  return host ? { host, address: plain ? `http://${host}` : host } : null;
}
