// @vitest-environment node
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the types are made from the schema', { timeout: 60_000 }, async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const made = promisify(execFile)(process.execPath, ['protocol.mjs', '--check'], { cwd: root });
  await expect(made).resolves.toBeDefined();
});
