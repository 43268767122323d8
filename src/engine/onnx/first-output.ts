import { InputError } from '../../base/errors';
import { ProtoReader, ProtoWriter } from './protobuf';

const GRAPH = 7;
const OUTPUT = 12;
const NAME = 1;

/** The bytes of a model whose graph gives this output first; everything else stays as it is. @throws InputError if it has no such output */
export function withFirstOutput(bytes: Uint8Array, name: string): Uint8Array {
  const out = new ProtoWriter();
  const names: string[] = [];
  const model = new ProtoReader(bytes);
  while (model.next()) {
    if (model.field === GRAPH) out.bytes(GRAPH, reordered(new ProtoReader(model.bytes()), name, names));
    else out.field(model.field, model.wire, model.raw());
  }
  if (!names.includes(name)) throw new InputError(`The model has no output "${name}". It has: ${names.join(', ') || 'none'}.`);
  return out.finish();
}
function reordered(graph: ProtoReader, name: string, names: string[]): Uint8Array {
  const out = new ProtoWriter();
  const outputs: { name: string; bytes: Uint8Array }[] = [];
  while (graph.next()) {
    if (graph.field === OUTPUT) {
      const bytes = graph.bytes();
      outputs.push({ name: nameOf(new ProtoReader(bytes)), bytes });
    } else out.field(graph.field, graph.wire, graph.raw());
  }
  names.push(...outputs.map((o) => o.name));
  for (const { bytes } of [...outputs.filter((o) => o.name === name), ...outputs.filter((o) => o.name !== name)]) out.bytes(OUTPUT, bytes);
  return out.finish();
}
function nameOf(info: ProtoReader): string {
  let name = '';
  while (info.next()) {
    if (info.field === NAME) name = info.text();
    else info.skip();
  }
  return name;
}
