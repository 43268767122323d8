// Five ways to ask much of the page. Each gives parts: what was done, and what the instruments showed meanwhile.
import { availableParallelism } from 'node:os';
import { openInstrumented } from './instruments.mjs';
import { writeLargeModel, writeSparse } from './large-files.mjs';

const tiny = 'k.samples=512&k.layers=2&k.hidden=16';
const fourArms = 'arms=siren,siren-wide,fourier,siren2';
const press = (page, name) => page.getByRole('button', { name, exact: true }).first().click();
const toPlace = (page, name) => page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: new RegExp(`^${name}`) }).click();
/** Runs the experiments of these links, one after another, and waits until each is kept. */
const runAndKeep = (page, links) => page.evaluate(async (given) => {
  const kept = () => Number(/\d+/.exec([...document.querySelectorAll('.places button')].find((b) => b.textContent.startsWith('Runs'))?.textContent ?? '')?.[0] ?? 0);
  for (const link of given) {
    const before = kept();
    window.stipple.open(link);
    await window.stipple.run();
    while (kept() === before) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}, links);
/** Until the page has drawn what it has been told. */
const drawn = (page) => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

export const scenarios = [
  {
    id: 'steps',
    title: 'One long run',
    /** Every tenth of it is a part. */
    async run({ browser, url, quick }) {
      const steps = quick ? 500 : 10_000;
      const on = await openInstrumented(browser, url, `#own-model?v=1&backend=wasm&arms=chosen&k.steps=${steps}&k.batch=16`);
      const run = () => on.page.getByRole('button', { name: 'Run', exact: true }).first();
      await run().and(on.page.locator(':enabled')).waitFor();
      await run().click();
      for (let tenth = 1; tenth <= 10; tenth++) await on.part(`step ${((steps * tenth) / 10).toLocaleString('en')}`, () => on.reached(tenth / 10), { step: (steps * tenth) / 10 });
      await on.ended();
      return { did: `Train your own model on its letters, "Your choice" alone, ${steps.toLocaleString('en')} steps of 16 examples, its charts in sight.`, ...(await on.close()) };
    },
  },
  {
    id: 'runs',
    title: 'Many kept runs',
    async run({ browser, url, quick }) {
      const count = quick ? 20 : 200;
      const on = await openInstrumented(browser, url);
      const { page } = on;
      const link = (seed) => `#winner?v=1&backend=wasm&arms=siren,siren2&seed=${seed}&${tiny}&k.steps=20&k.learningRate=${(1e-4 * (1 + (seed % 7))).toPrecision(2)}`;
      const links = Array.from({ length: count }, (_, i) => link(i + 1));
      const ends = Math.min(10, count / 2);
      await on.part(`the first ${ends} runs, run and kept`, () => runAndKeep(page, links.slice(0, ends)));
      await runAndKeep(page, links.slice(ends, -ends));
      await on.part(`the last ${ends} of ${count}`, () => runAndKeep(page, links.slice(-ends)));
      const rows = page.getByRole('region', { name: 'Kept runs' }).locator('tbody tr');
      await on.part(`${count} runs opened`, async () => {
        await toPlace(page, 'Runs');
        await rows.nth(count - 1).waitFor({ state: 'attached' });
        await drawn(page);
      });
      await on.part('scrolled from end to end', () => page.evaluate(async () => {
        const box = document.querySelector('.bench-list') ?? document.scrollingElement;
        const moving = box.scrollHeight > box.clientHeight ? box : document.scrollingElement;
        for (let at = 0; at < moving.scrollHeight; at += 120) {
          moving.scrollTop = at;
          await new Promise(requestAnimationFrame);
        }
        moving.scrollTop = 0;
      }));
      const sort = page.getByRole('region', { name: 'Kept runs' }).getByRole('button', { name: /^Sort by/ });
      await on.part('sorted by each column', async () => {
        for (let i = 0; i < (await sort.count()); i++) {
          await sort.nth(i).click();
          await drawn(page);
        }
      });
      await on.part('ten chosen and compared', async () => {
        for (let i = 0; i < 10; i++) await rows.nth(i).getByRole('checkbox').check();
        await page.getByRole('region', { name: 'Curves' }).locator('path.curve').nth(19).waitFor();
        await drawn(page);
      });
      await on.part('the comparison sorted', async () => {
        const by = page.getByRole('region', { name: 'Results' }).getByRole('button', { name: /^Sort by/ });
        for (let i = 0; i < (await by.count()); i++) {
          await by.nth(i).click();
          await drawn(page);
        }
      });
      return { did: `${count} runs of two arms and 20 steps, each run and kept by the page; then what one does with them.`, ...(await on.close()) };
    },
  },
  {
    id: 'arms',
    title: 'Thirty-two at once',
    async run({ browser, url, quick }) {
      const steps = quick ? 40 : 200;
      const on = await openInstrumented(browser, url, `#winner?v=1&backend=wasm&${fourArms}&seeds=8&${tiny}&k.steps=${steps}`);
      const { page } = on;
      await on.part(`one run: 4 arms x 8 seeds, ${steps} steps each`, async () => {
        await press(page, 'Run');
        await on.ended();
        await drawn(page);
      });
      const jobs = Math.max(2, availableParallelism() - 1);
      await toPlace(page, 'Sweeps');
      await on.part(`a sweep: 32 points, ${jobs} side by side`, async () => {
        await page.evaluate((given) => {
          window.stipple.set('steps', given.steps);
          return window.stipple.sweep(['learningRate=log:1e-4:1e-2:32'], { seeds: 1, jobs: given.jobs });
        }, { steps: steps / 2, jobs });
        await drawn(page);
      });
      await runAndKeep(page, Array.from({ length: 8 }, (_, i) => `#winner?v=1&backend=wasm&${fourArms}&seed=${i + 1}&${tiny}&k.steps=${steps}`));
      await toPlace(page, 'Runs');
      const boxes = page.getByRole('region', { name: 'Kept runs' }).getByRole('checkbox');
      await on.part('eight kept runs of four arms compared: 32 curves', async () => {
        for (let i = 0; i < 8; i++) await boxes.nth(i).check();
        await page.getByRole('region', { name: 'Curves' }).locator('path.curve').nth(31).waitFor();
        await drawn(page);
      });
      return { did: 'No card has 32 arms (the most is eleven): so four arms with eight seeds are 32 trainings in one run, a sweep of 32 points runs side by side, and eight kept runs of four arms stand side by side.', ...(await on.close()) };
    },
  },
  {
    id: 'model',
    title: 'A model of 100 MB',
    async run({ browser, url, quick, folder, load }) {
      const { paths, bytes } = await writeLargeModel(folder, load, quick ? { inputs: 784, hidden: [1024, 1024], classes: 1000, examples: 64 } : undefined);
      const steps = 20;
      const on = await openInstrumented(browser, url, `#own-model?v=1&backend=wasm&arms=chosen&k.steps=${steps}&k.batch=8`);
      const { page } = on;
      await page.getByRole('region', { name: 'Do they fit?' }).getByText('Model, choice and data fit.').waitFor();
      await on.part(`${(bytes / 1e6).toFixed(0)} MB dropped, until it is read, described and fits its data`, async () => {
        await page.locator('.own-sources input[type=file]').setInputFiles(paths);
        await page.getByRole('region', { name: 'Model', exact: true }).getByText('large.onnx').first().waitFor();
        await page.getByRole('region', { name: 'Data', exact: true }).getByText('examples.npz').first().waitFor();
        await page.getByRole('region', { name: 'Do they fit?' }).getByText('Model, choice and data fit.').waitFor();
        await drawn(page);
      });
      await on.part(`${steps} steps of 8 examples, every number trained`, async () => {
        await press(page, 'Run');
        await on.ended();
        await drawn(page);
      });
      return { did: `An MLP of ${(bytes / 4e6).toFixed(1)} million numbers with seeded weights, and 64 examples, dropped on Train your own model.`, ...(await on.close()) };
    },
  },
  {
    id: 'data',
    title: 'Data of 1 GB',
    async run({ browser, url, quick, folder }) {
      const on = await openInstrumented(browser, url, '#own-model?v=1&backend=wasm');
      const { page } = on;
      await page.getByRole('region', { name: 'Do they fit?' }).getByText('Model, choice and data fit.').waitFor();
      const said = {};
      for (const kind of ['idx', 'npy', 'csv', 'zip'])
        await on.part(`${kind} of 1 GiB on Train your own model`, async () => {
          await page.locator('.own-sources input[type=file]').setInputFiles(writeSparse(folder, kind));
          const notice = page.locator('.notices .notice p').filter({ hasText: `large.${kind}` });
          await notice.waitFor();
          said[kind] = await notice.textContent();
        });
      await toPlace(page, 'Data and models');
      await page.evaluate(() => void (location.hash = '#library/files'));
      await page.getByRole('heading', { level: 1, name: 'Look at your own files' }).waitFor();
      const problem = page.locator('.note.problem');
      await on.part('idx of 1 GiB on Your files', async () => {
        await page.locator('.drop-zone input[type=file]').first().setInputFiles(writeSparse(folder, 'idx'));
        await problem.waitFor();
        said.looked = await problem.textContent();
      });
      if (!quick) await on.part('eight npy files, 1 GiB together, on Your files', async () => {
        const files = Array.from({ length: 8 }, (_, i) => writeSparse(folder, 'npy', 2 ** 27, `part-${i}`));
        await page.locator('.drop-zone input[type=file]').first().setInputFiles(files);
        await page.locator('.library-shelf, .note.problem').first().waitFor();
        await page.getByText(/^Reading/).waitFor({ state: 'detached' });
        said.many = (await page.locator('.note.problem').allTextContents()).join(' ');
      });
      return { did: 'Sparse files that say truly what they are, given to the page by its file fields.', said, ...(await on.close()) };
    },
  },
];
