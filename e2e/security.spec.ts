/** What the page refuses: code and markup from outside, requests to anywhere but home. docs/security.md says what is promised. */
import { expect, test, type Page } from 'playwright/test';
import { tensor } from '../src/base/tensor';
import { writeSafetensors } from '../src/engine/safetensors';

const quick = 'winner?v=1&backend=wasm&arms=siren%2Csiren2&k.samples=512&k.hidden=16&k.layers=2&k.steps=40';
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Everything that the browser refused in the page's name, everything that it asked for, and all that was said in the console. */
async function watched(page: Page): Promise<{ violations: () => Promise<string[]>; requests: URL[]; errors: string[] }> {
  await page.addInitScript(() => {
    const seen: string[] = [];
    (window as unknown as { violations: string[] }).violations = seen;
    document.addEventListener('securitypolicyviolation', (event) => seen.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`));
  });
  const requests: URL[] = [];
  const errors: string[] = [];
  page.on('request', (request) => requests.push(new URL(request.url())));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  return { violations: () => page.evaluate(() => (window as unknown as { violations: string[] }).violations), requests, errors };
}

for (const [lane, hash] of [['WASM, two threads', `${quick}&threads=2`], ['WebGPU', quick.replace('wasm', 'webgpu')]] as const)
  test(`a whole run on ${lane} breaks no rule of the page and asks nobody else`, { tag: lane === 'WebGPU' ? '@gpu' : [] }, async ({ page, baseURL }) => {
    const seen = await watched(page);
    await page.goto(`./#${hash}`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByRole('heading', { name: 'How it works' }).scrollIntoViewIfNeeded();
    await expect(page.locator('math').first()).toBeAttached();
    await button(page, 'Run').click();
    await expect(page.locator('.status-line output')).toContainText('Finished', { timeout: 150_000 });
    await button(page, 'Data and models').click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await seen.violations()).toEqual([]);
    expect(seen.errors).toEqual([]);
    const home = new URL(baseURL!).origin;
    expect(seen.requests.filter((url) => url.origin !== home && url.protocol !== 'blob:').map(String)).toEqual([]);
  });

test('the policy stands in the page itself, and the scripts that it names have their hashes', async ({ page }) => {
  const html = await (await page.request.get('./')).text();
  expect(html).toMatch(/<head>\s*<meta http-equiv="Content-Security-Policy"/);
  const policy = /content="(default-src[^"]*)"/.exec(html)![1]!;
  expect(policy).not.toContain('unsafe-inline');
  expect(policy.replace("'wasm-unsafe-eval'", '')).not.toContain('unsafe-eval');
  const scripts = [...html.matchAll(/<(?:script|link)[^>]*(?:src|href)="[^"]*\.(?:js|css)"[^>]*>/g)].map(([tag]) => tag);
  expect(scripts.length).toBeGreaterThan(1);
  for (const tag of scripts) expect(tag).toContain('integrity="sha384-');
});

test('code and markup from outside are refused', async ({ page }) => {
  const seen = await watched(page);
  await page.goto(`./#${quick}`);
  await expect(button(page, 'Run')).toBeVisible();
  const tried = await page.evaluate(async () => {
    const tells = (act: () => unknown): string => {
      try {
        act();
        return 'done';
      } catch (error) {
        return (error as Error).name;
      }
    };
    await new Promise((resolve) => setTimeout(resolve)); // out of the test's own evaluation, which may do what the page may not
    const inline = document.createElement('script');
    const results = {
      eval: tells(() => (Reflect.get(window, 'eval') as (text: string) => unknown)('1 + 1')),
      function: tells(() => new Function('return 1')()),
      markup: tells(() => void (document.body.innerHTML = '<img src=x onerror=alert(1)>')),
      script: tells(() => void (inline.textContent = 'window.injected = 1')),
      worker: tells(() => new Worker('https://example.org/worker.js')),
      policy: tells(() => (window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy('mine', { createHTML: (s: string) => s })),
    };
    document.body.append(inline);
    return { ...results, injected: 'injected' in window };
  });
  expect(tried).toEqual({ eval: 'EvalError', function: 'EvalError', markup: 'TypeError', script: 'TypeError', worker: 'TypeError', policy: 'TypeError', injected: false });
  expect((await seen.violations()).length).toBeGreaterThan(0);
});

test('names of files, and links, are text wherever they are shown', async ({ page }) => {
  const seen = await watched(page);
  const evil = '<img src=x onerror="window.injected=1"><script>window.injected=1</script>';
  await page.goto(`./#${quick}`);
  await expect(button(page, 'Run')).toBeVisible();
  const files = page.locator('.drop-zone input[type=file]');
  await files.setInputFiles({ name: `${evil.replaceAll('/', '')}.wav`, mimeType: 'audio/wav', buffer: Buffer.from('no sound') });
  await expect(page.locator('.notice.problem').last()).toContainText('<img src=x onerror=');
  await files.setInputFiles({ name: 'saved.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ method: evil, knobs: { [evil]: evil } })) });
  await expect(page.locator('.notice.problem').last()).toBeVisible();
  await page.goto(`./#${encodeURIComponent(evil)}?v=1&k.${encodeURIComponent(evil)}=${encodeURIComponent(evil)}`);
  await expect(page.locator('.notice.problem').last()).toBeVisible();
  await files.setInputFiles({ name: 'polluted.json', mimeType: 'application/json', buffer: Buffer.from('{"method":"winner","__proto__":{"polluted":1},"knobs":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}') });
  await expect(page.locator('.notice').last()).toBeVisible();
  expect(await page.evaluate(() => ['injected' in window, document.querySelectorAll('img[src=x]').length, ({} as { polluted?: number }).polluted])).toEqual([false, 0, undefined]);
  expect(seen.errors).toEqual([]);
});

test('what lessons and checkpoints are called, and all that stands in them, is text', async ({ page }) => {
  const seen = await watched(page);
  const evil = '<img src=x onerror="window.injected=1">';
  const clean = (): Promise<unknown> => page.evaluate(() => ['injected' in window, document.querySelectorAll('img[src="x"]').length, ({} as { polluted?: number }).polluted]);
  const option = { text: evil, why: `${evil} chosen` };
  const step = { title: `${evil} step`, text: [`${evil} text`], link: `#${quick}`, task: `${evil} task`, question: { asks: `${evil} question`, options: [option, option], right: 0 } };
  const lesson = JSON.stringify({ version: 1, id: 'evil', title: `${evil} lesson`, says: evil, family: 'own', audience: evil, minutes: 1, steps: [step] });
  await page.goto('./#library/lessons');
  const bring = (text: string) => page.getByLabel('Open a lesson file').setInputFiles({ name: `${evil}.json`, mimeType: 'application/json', buffer: Buffer.from(text) });
  await bring(lesson.replace('"minutes":1', '"minutes":"<script>"'));
  await expect(page.getByRole('log', { name: 'Messages' })).toContainText('<img src=x onerror=');
  await bring(lesson.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},'));
  await expect(page.getByRole('heading', { name: `${evil} lesson` })).toBeVisible();
  expect(await clean()).toEqual([false, 0, undefined]);
  await page.getByRole('button', { name: `Begin: the lesson “${evil} lesson”` }).click();
  for (const part of ['step', 'text', 'task', 'question']) await expect(page.getByText(`${evil} ${part}`).first()).toBeVisible();
  await page.getByRole('radio').first().check();
  await expect(page.getByText(`${evil} chosen`)).toBeVisible();
  expect(await clean()).toEqual([false, 0, undefined]);

  await page.goto('./#library/diff');
  const params = (x: number) => Object.fromEntries([[`${evil} tensor`, tensor([1, 2, 3, x], [2, 2])], ['__proto__', tensor([x])], ['constructor', tensor([1])]]);
  for (const x of [4, 5]) await page.locator('input[type=file][accept*=".safetensors"]').setInputFiles({ name: `${evil} ${x}.safetensors`, mimeType: 'application/octet-stream', buffer: Buffer.from(writeSafetensors(params(x), { made: evil })) });
  await page.getByRole('combobox', { name: 'Model A' }).selectOption({ label: `${evil} 4` });
  await page.getByRole('combobox', { name: 'Model B' }).selectOption({ label: `${evil} 5` });
  const table = page.getByRole('region', { name: 'Tensors in both', exact: true });
  await expect(table.locator('tbody tr')).toHaveCount(3);
  await expect(table).toContainText(`${evil} tensor`);
  await table.getByRole('button', { name: `Look closely at ${evil} tensor` }).click();
  await expect(page.getByRole('heading', { name: `${evil} tensor` })).toBeVisible({ timeout: 30_000 });
  expect(await clean()).toEqual([false, 0, undefined]);
  for (const place of ['kitchen', 'storage']) {
    await page.goto(`./#library/${place}`);
    await expect(page.getByText(`${evil} 5`).first()).toBeVisible();
    expect(await clean()).toEqual([false, 0, undefined]);
  }
  expect([await seen.violations(), seen.errors]).toEqual([[], []]);
});
