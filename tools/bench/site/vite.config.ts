import { defineConfig, mergeConfig } from 'vite';
import app from '../../../vite.config.ts';

/** The app's own settings; names kept, as tf.js's threads are started from the text of one of its functions. */
export default mergeConfig(app, defineConfig({ publicDir: false, build: { minify: false } }));
