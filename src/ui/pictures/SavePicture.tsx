/** A button that saves the card it stands in as a PNG, title and all. The painter is fetched when it is first pressed. */
import { useState, type RefObject } from 'react';
import { texts } from '../texts';
import { saveFile } from './save-file';

export interface SavePictureProps {
  readonly card: RefObject<HTMLElement | null>;
  readonly title: string;
  /** Of the file, without its ending. */
  readonly name: string;
}
export function SavePicture({ card, title, name }: SavePictureProps) {
  const [problem, setProblem] = useState<string>();
  const save = async (): Promise<void> => {
    setProblem(undefined);
    try {
      const { pictureFile } = await import('./picture-file');
      if (card.current) saveFile(`${name}.png`, await pictureFile(card.current, title));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <button type="button" className="quiet save-picture" aria-label={texts.picture.save(title)} title={texts.picture.save(title)} onClick={() => void save()}>{texts.picture.png}</button>
      {problem && <span className="note problem" role="alert">{problem}</span>}
    </>
  );
}
