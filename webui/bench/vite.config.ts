/** Builds the bench pages: `vite build --config bench/vite.config.ts --outDir FOLDER`. Never part of the app. */
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'bench',
  base: './',
  build: {
    target: ['chrome111', 'safari16.4'],
    modulePreload: { polyfill: false },
    emptyOutDir: true,
    rollupOptions: { input: ['bench/ours.html', 'bench/peer.html'] },
  },
  worker: { format: 'es' },
});
