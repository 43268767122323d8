/** What every method promises: the fourth quarter. */
import { methodsKeepTheirContract } from './testing/contract';

await methodsKeepTheirContract(4, 4);
