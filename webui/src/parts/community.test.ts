/** Servers, channels, people and the account: what is offered, asked and told. */
import { tick } from 'svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { dialogs } from '../dialogs.svelte';
import { keepsOrder, mayModerate } from '../roles';
import { answer, asked, button, click, draw, hold, type } from '../testing/draw';
import { directory, idle, slices } from '../testing/slices';
import AddServer from './AddServer.svelte';
import ChannelDialog from './ChannelDialog.svelte';
import Channels from './Channels.svelte';
import PersonDialog from './PersonDialog.svelte';
import ServerDialog from './ServerDialog.svelte';
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
  click('1 day');
  submit('Invite people');
  expect(asked().at(-1)).toEqual(['directory.create_invite', { server: 's1', hours: 24, uses: 0 }]);
  const invite = { server: 's1', code: 'abcd1234', link: 'xcord://join/x/abcd1234', expires_at: 0, uses: 0 };
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

test('a person is moved to another channel of the server', () => {
  draw(PersonDialog, { server, channel, user: 'ümit', onclose: () => undefined });
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
