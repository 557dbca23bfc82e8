// The operations by the names that visualizer/inspection/portable.py gives them.
import * as convolution from "./convolution.js";
import * as functions from "./functions.js";
import * as moving from "./moving.js";
import * as normalization from "./normalization.js";
import * as pooling from "./pooling.js";

/** @typedef {import("./header.js").Stage} Stage */
/** @typedef {(input: Float32Array, output: Float32Array, stage: Stage) => void} Compute */

/**
 * @typedef {object} Operation
 * @property {Compute} compute Writes every number of the output.
 * @property {(stage: Stage) => Record<string, number[]>} [arrays] How many numbers its arrays may have, by their names.
 * @property {string[]} [optional] Those that may be missing.
 */

/** @type {(shape: number[]) => number} */
const product = (shape) => shape.reduce((result, side) => result * side, 1);

/** @type {(compute: Compute, weight: (stage: Stage) => number) => Operation} */
const withKernels = (compute, weight) => ({
  compute,
  arrays: (stage) => ({ weight: [weight(stage)], bias: [stage.shape[0]] }),
  optional: ["bias"],
});

/** @type {(compute: Compute, size: (stage: Stage) => number) => Operation} */
const withScale = (compute, size) => ({
  compute,
  arrays: (stage) => ({ scale: [size(stage)], shift: [size(stage)] }),
  optional: ["scale", "shift"],
});

/** @type {Record<string, Operation>} */
export const OPERATIONS = {
  conv2d: withKernels(
    convolution.conv2d,
    ({ shape, input, size, groups }) => (shape[0] * input[0] * product(size)) / groups,
  ),
  conv_transpose2d: withKernels(
    convolution.convTranspose2d,
    ({ shape, input, size, groups }) => (shape[0] * input[0] * product(size)) / groups,
  ),
  dense: withKernels(convolution.dense, ({ shape, input }) => product(shape) * product(input)),
  max_pooling: { compute: pooling.maxPooling },
  average_pooling: { compute: pooling.averagePooling },
  adaptive_max_pooling: { compute: pooling.adaptiveMaxPooling },
  adaptive_average_pooling: { compute: pooling.adaptiveAveragePooling },
  batch_normalization: {
    compute: normalization.batchNormalization,
    arrays: ({ input: [channels] }) => ({ mean: [channels], scale: [channels], shift: [channels] }),
    optional: ["shift"],
  },
  group_normalization: withScale(normalization.groupNormalization, ({ input: [channels] }) => channels),
  layer_normalization: withScale(normalization.layerNormalization, ({ input }) => product(input)),
  channel_normalization: withScale(normalization.channelNormalization, ({ input: [channels] }) => channels),
  relu: { compute: functions.relu },
  relu6: { compute: functions.relu6 },
  leaky_relu: { compute: functions.leakyRelu },
  sigmoid: { compute: functions.sigmoid },
  tanh: { compute: functions.tanh },
  gelu: { compute: functions.gelu },
  gelu_tanh: { compute: functions.geluTanh },
  silu: { compute: functions.silu },
  elu: { compute: functions.elu },
  selu: { compute: functions.selu },
  softplus: { compute: functions.softplus },
  hard_sigmoid: { compute: functions.hardSigmoid },
  hard_swish: { compute: functions.hardSwish },
  softmax: { compute: functions.softmax },
  rescaling: { compute: functions.rescaling },
  parametric_relu: {
    compute: functions.parametricRelu,
    arrays: ({ input }) => ({ slopes: [input[0], product(input)] }),
  },
  // Its output lies where its input does.
  identity: { compute: () => {} },
  padding: { compute: moving.padding },
  nearest_upsampling: { compute: moving.nearestUpsampling },
  bilinear_upsampling: { compute: moving.bilinearUpsampling },
  first_channels: { compute: moving.firstChannels },
  vector_to_maps: { compute: moving.vectorToMaps },
  maps_to_vector: { compute: moving.mapsToVector },
};
