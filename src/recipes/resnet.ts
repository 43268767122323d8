/** The `resnet` of the playground: kinds of object, batch normalisation in use. */
import { sceneClassifier } from './scene-classifier';

export const recipe = sceneClassifier({
  id: 'resnet',
  title: 'Residual network with batch normalisation, trained on scenes of one object',
  says: 'Tells which of eight kinds the object of a scene is, on backgrounds of every tint and pattern. It has never met a picture of which a part was missing.',
  erasing: false,
});
