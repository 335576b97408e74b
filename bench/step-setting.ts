// The training step that is measured, the same for this project's network and for PyTorch's.
export const stepSetting = {
  patch: [40, 56, 40] as [number, number, number],
  /** Feature channels of each resolution: a U-Net of 4 levels. */
  channels: [16, 32, 64, 128],
  classes: 4,
  threads: 2,
  warmup: 2,
  steps: 8,
}
export type StepSetting = typeof stepSetting

/** What measure-step.ts and torch_unet.py print: medians over the steps. */
export type StepTimes = {
  parameters: number
  forwardMs: number
  forwardBackwardMs: number
  updateMs: number
  peakMb: number
}

/** What measure-mutual.ts prints: of stage 1 and stage 2, each measured step of a model. */
export type MutualTimes = {
  organs: number
  stages: { ratios: number[]; wholeMs: number[]; bareMs: number[] }[]
}
