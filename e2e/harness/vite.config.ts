import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vite';
import app from '../../vite.config.ts';

/** The app's own settings, and its public files: methods read some of them. */
export default mergeConfig(app, { publicDir: fileURLToPath(new URL('../../public', import.meta.url)) });
