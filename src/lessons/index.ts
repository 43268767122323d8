/** The lessons that ship, in the order of the gallery. A lesson is a file of plain data (spec/lesson.ts); docs/teaching.md tells how to write one. */
import type { Lesson } from '../spec/lesson';
import { lesson as fairComparison } from './fair-comparison';
import { lesson as headStart } from './head-start';
import { lesson as holes } from './holes';
import { lesson as sameBits } from './same-bits';
import { lesson as silentNetworks } from './silent-networks';
import { lesson as soup } from './soup';

export const lessons: readonly Lesson[] = [silentNetworks, headStart, holes, soup, fairComparison, sameBits];
