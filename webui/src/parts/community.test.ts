/** Servers, channels, people and the account: what is offered, asked and told. */
import { flushSync, tick } from 'svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { dialogs } from '../dialogs.svelte';
import { keepsOrder, mayModerate, membersOf } from '../roles';
import { answer, asked, button, click, draw, hold, type } from '../testing/draw';
import { appOf, directory, idle, slices } from '../testing/slices';
import AddServer from './AddServer.svelte';
import Avatar from './Avatar.svelte';
import ChannelDialog from './ChannelDialog.svelte';
import Channels from './Channels.svelte';
import JoinDialog from './JoinDialog.svelte';
import PersonDialog from './PersonDialog.svelte';
import ServerBans from './ServerBans.svelte';
import ServerChannels from './ServerChannels.svelte';
import ServerDialog from './ServerDialog.svelte';
import ServerInvites from './ServerInvites.svelte';
import ServerMembers from './ServerMembers.svelte';
import SettingsAccount from './SettingsAccount.svelte';
import SignIn from './SignIn.svelte';

const server = directory().servers[0]!;
const channel = server.channels[1]!;
const as = (role: 'owner' | 'moderator' | 'member') => ({ ...server, role });
const text = (): string => document.body.textContent.replace(/\s+/g, ' ');

function submit(label: string): void {
  document.querySelector<HTMLFormElement>(`form[aria-label="${label}"]`)?.requestSubmit();
}

beforeEach(() => {
  dialogs.close();
  hold(slices({ voice: idle }));
});

test('who keeps order and over whom follows from the roles', () => {
  expect((['owner', 'moderator', 'member'] as const).map((role) => keepsOrder(as(role)))).toEqual([true, true, false]);
  expect(mayModerate(as('moderator'), 'me', 'ada')).toBe(false); // the owner
  expect(mayModerate(as('moderator'), 'me', 'ümit')).toBe(true);
  expect(mayModerate(as('moderator'), 'ümit', 'ümit')).toBe(false);
  expect(mayModerate(as('member'), 'me', 'ümit')).toBe(false);
});

test('people in a channel where I am not are shown, and a moderator can act on them', () => {
  draw(Channels, { onjoin: () => undefined });
  expect(text()).toContain('Ümit');
  click('Actions for Ümit');
  expect(dialogs.shown).toEqual({ kind: 'person', channel: 'c2', user: 'ümit' });
});

test('a member, and anybody while the server is out of reach, is offered nothing to change', () => {
  draw(Channels, { onjoin: () => undefined });
  for (const held of [directory({ servers: [as('member')] }), directory({ status: 'stale' })]) {
    hold(slices({ voice: idle, directory: held }));
    expect(text()).toContain('Müzik');
    expect(document.querySelectorAll('[aria-label^="Edit"], [aria-label^="Manage"], [aria-label^="Actions"]')).toHaveLength(0);
  }
});

test('an account is made with an invite, and a refusal is told beside the form', async () => {
  hold(slices({ voice: idle, directory: directory({ status: 'signed_out', account: null, address: '' }) }));
  draw(SignIn, { ondirect: () => undefined });
  click('Create an account');
  type('Invite', 'xcord://join/voice.example.org/abcd1234');
  type('Your name, as others see it', 'Ada');
  type('Login', 'ada');
  type('Password', 'long enough');
  submit('Create an account');
  expect(asked().at(-1)).toEqual([
    'directory.register',
    { address: '', login: 'ada', password: 'long enough', name: 'Ada', invite: 'xcord://join/voice.example.org/abcd1234' },
  ]);
  await answer({ code: 'no_such_invite' });
  await tick();
  expect(document.querySelector('[role=alert]')?.textContent).not.toBe('');
});

test('an invite is accepted and the dialog closes', async () => {
  const onclose = vi.fn();
  draw(AddServer, { onclose });
  type('Invite', ' abcd1234 ');
  submit('Join with an invite');
  expect(asked().at(-1)).toEqual(['directory.accept_invite', { invite: 'abcd1234' }]);
  await answer();
  await tick();
  expect(onclose).toHaveBeenCalledOnce();
});

test('an invite link is made, shown, and put away with the dialog', async () => {
  draw(ServerDialog, { server, onclose: () => undefined });
  expect(asked()).toEqual([['directory.look_after', { server: 's1' }]]);
  click('1 day');
  click('10 people');
  submit('Invite people');
  expect(asked().at(-1)).toEqual(['directory.create_invite', { server: 's1', hours: 24, uses: 10 }]);
  const invite = { server: 's1', code: 'abcd1234', link: 'xcord://join/x/abcd1234', expires_at: 0, uses: 0, by: 'ada' };
  hold(slices({ directory: directory({ invite }) }));
  await tick();
  expect(document.querySelector<HTMLInputElement>('[data-invite]')?.value).toBe('xcord://join/x/abcd1234');
});

test('a channel is changed, and deleted only at the second click', async () => {
  draw(ChannelDialog, { channel, onclose: () => undefined });
  type('People at most', '4');
  click('Delete channel');
  expect(asked()).toEqual([]);
  document.querySelector('form')?.requestSubmit();
  expect(asked().at(-1)).toEqual(['directory.edit_channel', { channel: 'c2', name: 'Müzik', limit: 4 }]);
  await answer({ code: 'forbidden' });
  await tick();
  click('Delete for everybody?');
  expect(asked().at(-1)).toEqual(['directory.delete_channel', { channel: 'c2' }]);
});

test('a channel is moved among the others by keyboard, keeps the focus, and stops at the ends', async () => {
  const rows = (): string[] => [...document.querySelectorAll('[data-channel] .cut')].map((each) => each.textContent);
  const target = draw(ServerChannels, { server });
  expect(rows()).toEqual(['Lobby', 'Müzik']);
  const up = button('Move Müzik up', target);
  up.focus();
  up.click();
  expect(asked()).toEqual([['directory.place_channel', { channel: 'c2', position: 0 }]]);
  await answer({ code: 'forbidden' });
  await tick();
  expect([...document.querySelectorAll('[role=alert]')].map((each) => each.textContent).join('')).not.toBe('');
  expect(document.activeElement).toBe(button('Move Müzik up'));
  button('Move Lobby up').click();
  button('Move Müzik down').click();
  expect(asked()).toHaveLength(1);
  expect(button('Move Müzik down').getAttribute('aria-disabled')).toBe('true');
});

test('a person is moved to another channel of the server', () => {
  draw(PersonDialog, { place: { server, channel }, user: 'ümit', here: undefined, onclose: () => undefined });
  click('Lobby');
  expect(asked().at(-1)).toEqual(['directory.move', { channel: 'c2', user: 'ümit', to: 'c1' }]);
});

test('the account page says where the sign-in is kept and signs out everywhere at the second click', () => {
  draw(SettingsAccount, {});
  expect(text()).toContain('kept in a file that only you can read');
  click('Sign out everywhere');
  expect(asked()).toEqual([]);
  click('On every device?');
  expect(asked().at(-1)).toEqual(['directory.logout_everywhere', {}]);
  expect(button('Save').disabled).toBe(true);
});

const upkeep = {
  server: 's1',
  invites: [{ server: 's1', code: 'qrst7890', link: 'xcord://join/x/qrst7890', expires_at: 0, uses: 3, by: 'ümit' }],
  bans: [{ user: 'cy', name: 'Cy', reason: 'spam', at: 1_700_000_000 }],
};

test('open invites are listed and revoked at the second click', () => {
  hold(slices({ directory: directory({ upkeep }) }));
  draw(ServerInvites, { server });
  expect(text()).toContain('qrst7890 No end · 3 left · by Ümit');
  click('Revoke');
  click('Revoke it?');
  expect(asked()).toEqual([['directory.revoke_invite', { server: 's1', code: 'qrst7890' }]]);
});

test('bans are listed with their reason and lifted', () => {
  hold(slices({ directory: directory({ upkeep }) }));
  draw(ServerBans, { server });
  expect(text()).toContain('spam');
  click('Lift the ban of Cy');
  expect(asked()).toEqual([['directory.unban', { server: 's1', user: 'cy' }]]);
});

test('bans of another server are not shown', () => {
  hold(slices({ directory: directory({ upkeep: { ...upkeep, server: 's2' } }) }));
  draw(ServerBans, { server });
  expect(text()).not.toContain('Cy');
});

test('an owner raises a member, shares ownership only at the second click, and a refusal is told', async () => {
  draw(ServerMembers, { server });
  click('Actions for Ümit');
  click('Moderator');
  expect(asked().at(-1)).toEqual(['directory.set_role', { server: 's1', user: 'ümit', role: 'moderator' }]);
  await answer({ code: 'forbidden' });
  await tick();
  expect(document.querySelector('.more [role=alert]')?.textContent).not.toBe('');
  click('Make owner');
  click('Make Ümit an owner?');
  expect(asked().at(-1)).toEqual(['directory.set_role', { server: 's1', user: 'ümit', role: 'owner' }]);
  await answer();
  click('Remove from the server');
  click('Remove Ümit?');
  expect(asked().at(-1)).toEqual(['directory.remove_member', { server: 's1', user: 'ümit' }]);
});

test('a moderator may not rank, nor act on an owner or on themselves', () => {
  const mine = directory({ servers: [as('moderator')], account: { user: 'me', login: 'me', name: 'Me', role: 'member' } });
  hold(slices({ directory: mine }));
  draw(ServerMembers, { server: as('moderator') });
  expect(() => button('Actions for ada')).toThrow();
  click('Actions for Ümit');
  expect(() => button('Make owner')).toThrow();
  expect(button('Ban from the server').disabled).toBe(false);
});

test('members are in order of their roles and then of their names, as the language sorts', () => {
  const members = ['zeynep', 'çağla', 'can', 'ada'].map((user) => ({
    user,
    role: user === 'ada' ? ('owner' as const) : ('member' as const),
  }));
  expect(membersOf({ ...server, members }, {}, 'tr').map((each) => each.user)).toEqual(['ada', 'can', 'çağla', 'zeynep']);
});

test('a member is offered to leave, and nothing else', () => {
  draw(ServerDialog, { server: as('member'), onclose: () => undefined });
  expect(document.querySelectorAll('[role=tab]')).toHaveLength(0);
  expect(text()).not.toContain('Delete server');
  click('Leave server');
  click('Leave Friends?');
  expect(asked().at(-1)).toEqual(['directory.leave_server', { server: 's1' }]);
});

test('a link that the desktop opened is asked about, and joins only at a click', async () => {
  const link = 'xcord://join/voice.example.org/abcd1234';
  draw(JoinDialog, { link });
  expect(text()).toContain('a server on voice.example.org');
  expect(asked()).toEqual([]);
  click('Join');
  expect(asked()).toEqual([['directory.accept_invite', { invite: link }]]);
  await answer();
  await tick();
  expect(asked().at(-1)).toEqual(['app.open_link', {}]);
});

test('an invite of another server asks to sign out first', () => {
  draw(JoinDialog, { link: 'xcord://join/other.example.org/abcd1234' });
  expect(text()).toContain('The invite is for other.example.org, and you are signed in at voice.example.org.');
  expect(() => button('Join')).toThrow();
  click('Sign out and go there');
  expect(asked()).toEqual([['directory.logout', {}]]);
});

test('who is signed out and follows a link is asked for an account on its server', async () => {
  const link = 'xcord://join/192.168.1.5:7800/abcd1234?http';
  const app = appOf({ link });
  const signed_out = directory({ status: 'signed_out', account: null, address: 'https://old.example.org' });
  hold(slices({ voice: idle, app, directory: signed_out }));
  draw(SignIn, { ondirect: () => undefined });
  await tick();
  expect(text()).toContain('With an invite of 192.168.1.5:7800.');
  type('Your name, as others see it', 'Ada');
  type('Login', 'ada');
  type('Password', 'long enough');
  submit('Create an account');
  expect(asked().at(-1)).toEqual([
    'directory.register',
    { address: '', login: 'ada', password: 'long enough', name: 'Ada', invite: link },
  ]);
  await answer({ code: 'login_taken' });
  click('Sign in instead');
  type('Login', 'ada');
  submit('Sign in');
  expect(asked().at(-1)).toEqual(['directory.login', { address: 'http://192.168.1.5:7800', login: 'ada', password: 'long enough' }]);
});

test('pictures come from the app alone, and initials stand in for one that fails', () => {
  const target = draw(Avatar, { user: 'ada', name: 'Ada Lovelace', avatar: '/pictures/s/sync/abc' });
  const image = target.querySelector('img');
  expect(image?.getAttribute('src')).toBe('/pictures/s/sync/abc');
  image?.dispatchEvent(new Event('error'));
  flushSync();
  expect(target.textContent.trim()).toBe('AL');
  for (const avatar of ['//evil.example/x.png', 'https://evil.example/x.png', 'data:image/svg+xml,<svg/>', '/ws'])
    expect(draw(Avatar, { user: 'ada', name: 'Ada Lovelace', avatar }).querySelector('img')).toBeNull();
});

test('a picture can be taken away where there is one', () => {
  const people = { ada: { user: 'ada', name: 'Ada', avatar: '/pictures/s/sync/abc' } };
  hold(slices({ directory: directory({ people }) }));
  draw(SettingsAccount, {});
  click('Remove');
  expect(asked()).toEqual([['directory.set_avatar', { picture: '' }]]);
});
