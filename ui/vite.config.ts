import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the server. */
const server = process.env.CTO_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Relative, so that the server can put the files under any path.
  base: './',
  plugins: [react()],
  build: { target: 'es2023', sourcemap: false, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': server, '/readyz': server } },
});
