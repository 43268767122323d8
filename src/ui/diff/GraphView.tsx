/** Two ONNX graphs, by their nodes. */
import type { GraphDiff, NodeText } from '../../spec/diff';
import { Scrolled } from '../Scrolled';
import { texts } from './texts';

export function GraphView({ graph: { nodes, added, removed, changed, facts, cut } }: { graph: GraphDiff }) {
  const same = added.length + removed.length + changed.length + facts.length === 0;
  return (
    <section className="panel" aria-label={texts.graph}>
      <h2>{texts.graph}</h2>
      <p className="soft">{texts.graphNodes(...nodes)} {same ? texts.graphSame : texts.graphSays}</p>
      {facts.length > 0 && <Listed is={texts.graphFacts} count={facts.length} columns={[texts.what, texts.a, texts.b]} rows={facts.map(({ what, a, b }) => [what, a, b])} />}
      {changed.length > 0 && <Listed is={texts.changedNodes} count={changed.length} columns={[texts.node, texts.operator, texts.what, texts.a, texts.b]} rows={changed.flatMap(({ name, op, changes }) => changes.map(({ what, a, b }) => [name, op, what, a, b]))} />}
      {added.length > 0 && <NodeList is={texts.added} nodes={added} />}
      {removed.length > 0 && <NodeList is={texts.removed} nodes={removed} />}
      {cut && <p className="soft">{texts.cut}</p>}
    </section>
  );
}
const NodeList = ({ is, nodes }: { is: string; nodes: readonly NodeText[] }) => <Listed is={is} count={nodes.length} columns={[texts.node, texts.operator, texts.makes]} rows={nodes.map(({ name, op, outputs }) => [name, op, outputs.join(', ')])} />;
function Listed({ is, count, columns, rows }: { is: string; count: number; columns: readonly string[]; rows: readonly (readonly string[])[] }) {
  return (
    <details open={rows.length <= 12}>
      <summary>{is}: {count}</summary>
      <Scrolled label={is}><table className="diff-table">
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>{rows.map((row, r) => <tr key={r}>{row.map((cell, i) => <td key={i}>{i === 0 ? <code>{cell}</code> : cell}</td>)}</tr>)}</tbody>
      </table></Scrolled>
    </details>
  );
}
