/** What every method promises: the second quarter. */
import { methodsKeepTheirContract } from './testing/contract';

await methodsKeepTheirContract(2, 4);
