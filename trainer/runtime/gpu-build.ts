// What TensorFlow's CUDA build asks of a graphics card and its driver. The numbers are those of the build itself
// (build_info.py in its wheel) and of NVIDIA's table of drivers; scripts/setup takes the same version.

export const GPU_BUILD = {
  tensorflow: '2.21.0',
  cuda: '12.5',
  /** Every CUDA 12 runs with it. */
  oldestDriver: '525.60.13',
  oldestCapability: 6,
  /** Newer cards run too: their kernels are compiled from an intermediate form when they are first used. */
  newestCapability: 9,
} as const

/** Below this a patch of the standard preset has no room. */
export const SMALLEST_CARD_MB = 4000
