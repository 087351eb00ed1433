import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** What a page may load: its own files, the hub's sockets, nothing remote. Not in `vite dev`, which injects styles. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob: mediastream:",
  "worker-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function contentPolicy(): Plugin {
  return {
    name: 'xcord-content-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/paraglide',
      strategy: ['globalVariable', 'baseLocale'],
      emitGitIgnore: false,
    }),
    svelte({ configFile: false }),
    contentPolicy(),
  ],
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  build: {
    outDir: '../shell/xcord/web',
    emptyOutDir: true,
    target: ['chrome111', 'safari16.4'],
    modulePreload: { polyfill: false },
    rollupOptions: { input: { main: 'main.html', overlay: 'overlay.html' } },
  },
  worker: { format: 'es' },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    testTimeout: 60_000, // how long a test takes says how busy the machine is, nothing about the pages
    restoreMocks: true,
  },
}));
