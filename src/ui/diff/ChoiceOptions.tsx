/** Models to choose from, those of this browser apart from those that ship. */
import type { Choice } from './models';
import { texts } from './texts';

export function ChoiceOptions({ choices }: { choices: readonly Choice[] }) {
  return (['kept', 'shipped'] as const).map((from) => {
    const own = choices.filter((choice) => choice.from === from);
    return own.length > 0 && <optgroup key={from} label={texts[from]}>{own.map(({ text, label }) => <option key={text} value={text}>{label}</option>)}</optgroup>;
  });
}
