/** Weights that a model keeps in files beside it (ONNX external data). */
import { InputError } from '../../base/errors';
import { ProtoReader } from './protobuf';

/** Contents of those files, by the location that the model names: a path relative to the model's own folder. */
export type ExternalFiles = ReadonlyMap<string, Uint8Array>;

/**
 * A location that stays in the model's folder or below, written with slashes.
 * @throws InputError for an absolute path, a drive, a backslash or a step upwards
 */
export function checkLocation(location: string, who: string): string {
  const parts = location.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || location.startsWith('/') || /[\\:\0]/.test(location) || parts.includes('..'))
    throw new InputError(`The numbers of ${who} are kept in "${location}", which is not a file in the model's own folder or below it. Such paths are refused; save the model again.`);
  return parts.join('/');
}

type Message = 'model' | 'graph' | 'function' | 'node' | 'attribute' | 'sparse' | 'tensor';
/** Where tensors hide: field number -> the message that lies there. */
const WITHIN: Readonly<Record<Message, Readonly<Record<number, Message>>>> = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};
const DEPTH_LIMIT = 100;
/** Locations of the files that a model keeps weights in, wherever in it they are named; each once. @throws InputError as `checkLocation` */
export function externalLocations(bytes: Uint8Array): string[] {
  const found = new Set<string>();
  const walk = (message: ProtoReader, kind: Message, depth: number): void => {
    if (depth > DEPTH_LIMIT) throw new InputError('The model nests subgraphs too deep.');
    if (kind === 'tensor') {
      const location = locationOf(message);
      if (location !== undefined) found.add(checkLocation(location, 'a tensor'));
      return;
    }
    while (message.next()) {
      const inner = WITHIN[kind][message.field];
      if (inner) walk(message.message(), inner, depth + 1);
      else message.skip();
    }
  };
  walk(new ProtoReader(bytes), 'model', 0);
  return [...found];
}
/** Of a TensorProto: the file beside the model that holds its numbers, if they are not inside. */
function locationOf(message: ProtoReader): string | undefined {
  let [location, external] = ['', false];
  while (message.next())
    if (message.field === 13) {
      const [key, value] = readEntry(message.message());
      if (key === 'location') location = value;
    } else if (message.field === 14) external = message.int() === 1;
    else message.skip();
  return external ? location : undefined;
}
/** A StringStringEntryProto: key and value. */
export function readEntry(message: ProtoReader): [string, string] {
  const entry: [string, string] = ['', ''];
  while (message.next())
    if (message.field === 1 || message.field === 2) entry[message.field - 1] = message.text();
    else message.skip();
  return entry;
}
