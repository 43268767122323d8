/** What every method promises: the third quarter. */
import { methodsKeepTheirContract } from './testing/contract';

await methodsKeepTheirContract(3, 4);
