/** The models that a run has marked: held after its end, so that they can be kept as checkpoints. */
import type { Blobs } from '../keep/blobs';
import { keepCheckpoint } from '../keep/checkpoints';
import { indexedBlobs } from '../keep/indexed-db';
import type { MarkedModel } from '../lab/host';
import type { Card } from '../spec/card';
import { checkpointLimits, type Checkpoint, type ModelHead } from '../spec/checkpoint';
import type { Experiment } from '../spec/experiment';
import { writeLink } from '../spec/link';

/** Numbers held after a run's end, all models together. */
const mostBytes = checkpointLimits.oneBytes;

export class MarkedModels {
  private readonly held = new Map<string, MarkedModel & ModelHead>();
  private bytes = 0;

  /** A trial has marked a model; one that would be too much is not held. */
  marked(arm: string, seed: number, model: MarkedModel | undefined): void {
    if (!model) return;
    const sizeBytes = Object.values(model.params).reduce((sum, { data }) => sum + data.byteLength, 0);
    const bytes = this.bytes - (this.held.get(`${seed}\n${arm}`)?.sizeBytes ?? 0) + sizeBytes;
    if (bytes > mostBytes) return;
    this.bytes = bytes;
    this.held.set(`${seed}\n${arm}`, { ...model, arm, seed, sizeBytes });
  }
  get heads(): readonly ModelHead[] {
    return [...this.held.values()].map(({ arm, seed, sizeBytes }) => ({ arm, seed, sizeBytes }));
  }
  /** Puts all of them into storage, under the names of their arms. `kept` is told of each: those that were kept stay where a later one fails. @throws as `keepCheckpoint` */
  async keep(card: Card, experiment: Experiment, kept: (checkpoint: Checkpoint) => void, blobs: Blobs = indexedBlobs()): Promise<void> {
    const link = writeLink(card, experiment);
    for (const { arm, seed, params, onnx } of this.held.values()) {
      const name = `${card.arms[arm]?.label ?? arm}, seed ${seed}`;
      kept(await keepCheckpoint(blobs, { name, source: { from: 'run', link, title: card.title, arm, seed }, params, ...(onnx && { onnx }) }, Date.now()));
    }
  }
}
