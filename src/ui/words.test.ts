/** Words for a person stand in the texts files, so that they can be read, corrected and translated in one place: neither in the markup of a screen nor in an error that a page throws. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseSync } from 'vite';

const folder = fileURLToPath(new URL('.', import.meta.url));
const store = fileURLToPath(new URL('../store', import.meta.url));
const screens = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx')).sort();
/** What is read to a person or shown to one. */
const spoken = new Set(['aria-label', 'aria-description', 'aria-valuetext', 'aria-roledescription', 'xLabel', 'yLabel', 'title', 'placeholder', 'alt', 'label']);
/** Names that are the same in every language. */
const names = new Set(['Stipple', 'WASM', 'WebGPU', 'JSON', 'CSV', 'PNG', 'SVG', 'ONNX', 'ZIP', 'SHA-256', 'https://']);
/** Said to whoever writes the page, or to no one: never to one who uses it. */
const forProgrammers = new Set(['The page has no store. Wrap it in AppContext.Provider.', 'taken back']);
const isWord = (text: string): boolean => /\p{L}{2,}/u.test(text) && !names.has(text.trim());

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
/** Literal texts within an expression that stands where words are shown: also the branches of a condition. */
function literals(node: unknown): readonly string[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'Literal': return typeof node.value === 'string' ? [node.value] : [];
    case 'TemplateLiteral': return (node.quasis as readonly { readonly value: { readonly cooked: string } }[]).map(({ value }) => value.cooked);
    case 'ConditionalExpression': return [...literals(node.consequent), ...literals(node.alternate)];
    case 'LogicalExpression': return [...literals(node.left), ...literals(node.right)];
    case 'BinaryExpression': return node.operator === '+' ? [...literals(node.left), ...literals(node.right)] : [];
    case 'JSXExpressionContainer': return literals(node.expression);
    default: return [];
  }
}
/** Every word that a screen shows and that no texts file holds. */
export function wordsIn(name: string, source: string): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    if (value.type === 'JSXText') found.push(String(value.value));
    if (value.type === 'JSXElement' || value.type === 'JSXFragment') for (const child of value.children as readonly Node[]) if (child.type === 'JSXExpressionContainer') found.push(...literals(child));
    if (value.type === 'JSXAttribute' && spoken.has(String((value.name as Node).name))) found.push(...literals(value.value));
    for (const field of Object.values(value)) if (typeof field === 'object') visit(field);
  };
  const { program, errors } = parseSync(name, source);
  if (errors.length > 0) throw new Error(`${name} does not parse: ${errors[0]!.message}`);
  visit(program.body);
  return found.filter(isWord).map((text) => text.trim());
}

/** Every sentence that an error is made of and that no texts file holds. */
export function errorsIn(name: string, source: string): readonly string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isNode(value)) return;
    if (value.type === 'NewExpression' && String((value.callee as { readonly name?: string }).name).endsWith('Error')) found.push(...(value.arguments as readonly unknown[]).slice(0, 1).flatMap(literals));
    for (const field of Object.values(value)) if (typeof field === 'object') visit(field);
  };
  visit(parseSync(name, source).program.body);
  return found.filter((text) => /\p{L}{2,}\s\p{L}/u.test(text));
}

test('words in markup are found, wherever they stand', () => {
  const source = `export const A = () => <p title="Hover me" className="not this">Plain words{yes ? 'One way' : t.other}{\`of \${n}\`}<input aria-label={'Named ' + n} name="nor this" /> · <b>WASM</b></p>;`;
  expect(wordsIn('a.tsx', source)).toEqual(['One way', 'of', 'Hover me', 'Plain words', 'Named']);
});
test('sentences of errors are found', () => {
  expect(errorsIn('a.ts', "if (!x) throw new InputError(y ?? `No ${x} was found.`); reject(new Error(t.lost)); new Error('taken');")).toEqual([' was found.']);
});
const sources = [folder, store].flatMap((under) => readdirSync(under, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.test\.|testing|texts\.ts$/.test(name)).map((name) => `${under}/${name}`));
test.each(sources)('%s throws no sentence of its own', (path) => {
  expect(errorsIn(path, readFileSync(path, 'utf8')).filter((text) => !forProgrammers.has(text))).toEqual([]);
});
test.each(screens)('%s holds no words of its own', (name) => {
  expect(wordsIn(name, readFileSync(`${folder}${name}`, 'utf8'))).toEqual([]);
});
