/** The `resnet`, trained on with boxes of its pictures erased. */
import { sceneClassifier } from './scene-classifier';

export const recipe = sceneClassifier({
  id: 'resnet-erased',
  title: 'Residual network with batch normalisation, trained on with grey boxes in its scenes',
  says: 'Goes on from "resnet" for as long again, with a grey box over half of its pictures: what is missing has become an ordinary sight to it. Having seen twice as many pictures, it is better on whole ones, too.',
  erasing: true,
  from: { id: 'resnet', learningRate: 3e-3 },
});
