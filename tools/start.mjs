// The playground: built once, then served with the isolation headers that WASM threads ask for, and opened in a browser.
import { build, preview } from 'vite';

await build({ logLevel: 'warn' });
const server = await preview({ preview: { open: process.env.CI === undefined && process.stdout.isTTY === true } });
server.printUrls();
