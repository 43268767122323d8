/**
 * Well-known public data sets: where they lie, how large they are, under which licence. Plain data; nothing is fetched before the user asks,
 * and what comes is compared with the size and the SHA-256 that stand here.
 *
 * Sizes and hashes are those that TensorFlow Datasets keeps for these addresses (url_checksums), or were computed from the files in the named
 * repository. Whether a host lets a page of another site read its files can change any day; what is written here of that is said as it is
 * known, and tried by no test.
 */
import type { ReaderId } from './files/loaded';

export interface PublicFile {
  readonly address: string;
  readonly sizeBytes: number;
  /** Hex, lower case. */
  readonly sha256: string;
  /** What size and hash were taken from. `listed`: from a list of checksums for this file; `computed`: from the file itself. */
  readonly verified: 'listed' | 'computed';
}
export interface PublicSet {
  readonly id: string;
  readonly title: string;
  readonly says: string;
  readonly files: readonly PublicFile[];
  /** What reads them. */
  readonly reader: ReaderId;
  readonly licence: string;
  readonly homePage: string;
  readonly citation: string;
  /**
   * Whether the hosts send the header that lets a page of another site read the files. `usual`: this host does so for all its files, by common
   * experience; `unknown`: not known, so that the page may be refused, and the files must be downloaded and dropped by hand.
   */
  readonly crossOrigin: 'usual' | 'unknown';
  /** What classes are called, where the files do not say. */
  readonly classes?: readonly string[];
  /** What to know before use. */
  readonly notes: readonly string[];
}

const files = (base: string, verified: PublicFile['verified'], entries: readonly (readonly [name: string, sizeBytes: number, sha256: string])[]): readonly PublicFile[] => entries.map(([name, sizeBytes, sha256]) => ({ address: base + name, sizeBytes, sha256, verified }));
const words = (text: string): readonly string[] => text.split(', ');
const plainHttp = 'The official address has plain HTTP alone: a page that came over HTTPS may not read it. Download the files and drop them.';

export const publicSets: readonly PublicSet[] = [
  {
    id: 'mnist', title: 'MNIST', says: '70,000 handwritten digits, grey, 28 x 28.', reader: 'idx', crossOrigin: 'usual',
    files: files('https://raw.githubusercontent.com/fgnt/mnist/master/', 'listed', [
      ['train-images-idx3-ubyte.gz', 9912422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'],
      ['train-labels-idx1-ubyte.gz', 28881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'],
      ['t10k-images-idx3-ubyte.gz', 1648877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'],
      ['t10k-labels-idx1-ubyte.gz', 4542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'],
    ]),
    licence: 'Said to be CC BY-SA 3.0; the home page names none', homePage: 'http://yann.lecun.com/exdb/mnist/',
    citation: 'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. Proceedings of the IEEE 86 (1998).',
    notes: ['The original address refuses downloads; this is a copy in a public repository, the same bytes by their hashes.'],
  },
  {
    id: 'fashion-mnist', title: 'Fashion-MNIST', says: '70,000 pictures of clothes in ten classes, grey, 28 x 28.', reader: 'idx', crossOrigin: 'usual',
    files: files('https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/', 'listed', [
      ['train-images-idx3-ubyte.gz', 26421880, '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84'],
      ['train-labels-idx1-ubyte.gz', 29515, 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845'],
      ['t10k-images-idx3-ubyte.gz', 4422102, '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073'],
      ['t10k-labels-idx1-ubyte.gz', 5148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'],
    ]),
    classes: words('T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot'),
    licence: 'MIT', homePage: 'https://github.com/zalandoresearch/fashion-mnist', citation: 'H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST. arXiv:1708.07747 (2017).', notes: [],
  },
  {
    id: 'kmnist', title: 'KMNIST', says: '70,000 handwritten characters of classical Japanese in ten classes, grey, 28 x 28.', reader: 'idx', crossOrigin: 'unknown',
    files: files('http://codh.rois.ac.jp/kmnist/dataset/kmnist/', 'listed', [
      ['train-images-idx3-ubyte.gz', 18165135, '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4'],
      ['train-labels-idx1-ubyte.gz', 29497, 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17'],
      ['t10k-images-idx3-ubyte.gz', 3041136, 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5'],
      ['t10k-labels-idx1-ubyte.gz', 5120, '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c'],
    ]),
    classes: words('o, ki, su, tsu, na, ha, ma, ya, re, wo'),
    licence: 'CC BY-SA 4.0', homePage: 'https://github.com/rois-codh/kmnist', citation: 'T. Clanuwat et al.: Deep learning for classical Japanese literature. arXiv:1812.01718 (2018).', notes: [plainHttp],
  },
  {
    id: 'emnist', title: 'EMNIST (letters among others)', says: 'Handwritten letters and digits in six divisions, grey, 28 x 28; all of them in one archive.', reader: 'idx', crossOrigin: 'unknown',
    files: files('https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/', 'listed', [['gzip.zip', 561753746, 'fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e']]),
    licence: 'Public domain (a work of the United States government)', homePage: 'https://www.nist.gov/itl/products-and-services/emnist-dataset', citation: 'G. Cohen et al.: EMNIST. arXiv:1702.05373 (2017).',
    notes: ['The archive is larger than the page reads: download it, and drop the four files emnist-letters-*.gz out of it.', 'Its images lie on their side (rows and columns exchanged), and the letters are numbered from 1.'],
  },
  {
    id: 'cifar-10', title: 'CIFAR-10', says: '60,000 photographs in ten classes, colour, 32 x 32.', reader: 'cifar', crossOrigin: 'unknown',
    files: files('https://www.cs.toronto.edu/~kriz/', 'listed', [['cifar-10-binary.tar.gz', 170052171, 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd']]),
    licence: 'None stated; the page asks to cite the report', homePage: 'https://www.cs.toronto.edu/~kriz/cifar.html', citation: 'A. Krizhevsky: Learning multiple layers of features from tiny images. Technical report (2009).',
    notes: ['MD5 by its home page: c32a1d4ab5d03f1284b67883e8d87530.', 'Some test images are near copies of training images; exact copies are counted by the report.'],
  },
  {
    id: 'cifar-100', title: 'CIFAR-100', says: '60,000 photographs in 100 classes and 20 superclasses, colour, 32 x 32.', reader: 'cifar', crossOrigin: 'unknown',
    files: files('https://www.cs.toronto.edu/~kriz/', 'listed', [['cifar-100-binary.tar.gz', 168513733, '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec']]),
    licence: 'None stated; the page asks to cite the report', homePage: 'https://www.cs.toronto.edu/~kriz/cifar.html', citation: 'A. Krizhevsky: Learning multiple layers of features from tiny images. Technical report (2009).', notes: [],
  },
  {
    id: 'tiny-shakespeare', title: 'Tiny Shakespeare', says: 'A million characters of his plays.', reader: 'text', crossOrigin: 'usual',
    files: files('https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/', 'computed', [['input.txt', 1115394, '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed']]),
    licence: 'Public domain (the text); the repository names MIT for its code', homePage: 'https://github.com/karpathy/char-rnn', citation: 'A. Karpathy: The unreasonable effectiveness of recurrent neural networks (2015).', notes: [],
  },
  {
    id: 'speech-commands-test', title: 'Speech Commands (test files)', says: 'About 4,900 spoken words of one second in twelve folders, 16 kHz: the test files of version 0.02.', reader: 'wav', crossOrigin: 'unknown',
    files: files('http://download.tensorflow.org/data/', 'listed', [['speech_commands_test_set_v0.02.tar.gz', 112563277, 'cc2a00c1147c2254e9be3fa0f779d8c17421dc349b86366567a8edfa9acd51df']]),
    licence: 'CC BY 4.0', homePage: 'https://arxiv.org/abs/1804.03209', citation: 'P. Warden: Speech commands. arXiv:1804.03209 (2018).',
    notes: ['The whole set (2.4 GB) is more than a page holds; figures on these files alone are no figures of the whole.', plainHttp],
  },
  {
    id: 'iris', title: 'Iris', says: '150 flowers of three species, four measurements each.', reader: 'table', crossOrigin: 'usual',
    files: files('https://raw.githubusercontent.com/mwaskom/seaborn-data/master/', 'computed', [['iris.csv', 3858, '9cc1c345c71bcc9b486b74cbf6063fa66f4bb5e0f603a4b3c3471ec2e5e8e355']]),
    licence: 'CC BY 4.0 (UCI); this copy names none', homePage: 'https://archive.ics.uci.edu/dataset/53/iris', citation: 'R. A. Fisher: The use of multiple measurements in taxonomic problems. Annals of Eugenics 7 (1936).', notes: [],
  },
  {
    id: 'penguins', title: 'Palmer penguins', says: '344 penguins of three species: island, sex, four measurements, a few of them missing.', reader: 'table', crossOrigin: 'usual',
    files: files('https://raw.githubusercontent.com/mwaskom/seaborn-data/master/', 'computed', [['penguins.csv', 13478, 'e07636bd8af74260099ea2f8678e2eabbf35def579940cc76f67061ee16c06c1']]),
    licence: 'CC0 1.0', homePage: 'https://allisonhorst.github.io/palmerpenguins/', citation: 'K. B. Gorman, T. D. Williams, W. R. Fraser: PLoS ONE 9(3) e90081 (2014).', notes: ['Some measurements are missing: the report counts them.'],
  },
];
export const publicSet = (id: string): PublicSet | undefined => publicSets.find((set) => set.id === id);
export const sizeOfSet = ({ files: all }: PublicSet): number => all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
