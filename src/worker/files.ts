/** Files that the page has sent: those of the last command are kept, so that they need not be sent again. */
import { InputError } from '../base/errors';
import type { FileRef } from '../spec/experiment';
import type { FileBytes, KnownFile } from '../spec/messages';

export class FileShelf {
  private kept: ReadonlyMap<string, FileBytes> = new Map();

  /**
   * Takes the files of a command as it arrives (the page counts on that order); `refs` name them. What it returns gives them, whole and
   * in order. @throws InputError (when that is called) for a file that neither came nor was here
   */
  take(refs: readonly FileRef[], sent: readonly (FileBytes | KnownFile)[]): () => readonly FileBytes[] {
    const found = sent.map((file) => ('bytes' in file ? file : this.kept.get(file.sha256)));
    this.kept = new Map(refs.flatMap(({ sha256 }, i) => (found[i] ? [[sha256, found[i]] as const] : [])));
    return () =>
      found.map((file) => {
        if (!file) throw new InputError('A file was expected to be with the worker still, but it is not. Remove it from the list and drop it again.');
        return file;
      });
  }
}
