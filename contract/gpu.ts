// TensorFlow's CUDA build on this machine: kept apart from the application, fetched when a person asks for it.
import { z } from 'zod'

export const GpuPlanSchema = z.object({
  tensorflow: z.string(),
  cuda: z.string().describe('Version of CUDA that TensorFlow was built for'),
  folder: z.string().describe('Where it will lie'),
  files: z.array(z.object({ name: z.string(), version: z.string(), bytes: z.number().nonnegative() })),
  downloadBytes: z.number().nonnegative().describe('Of all files; what was downloaded before is not fetched again'),
  diskBytes: z.number().nonnegative().describe('About what it takes on the disk'),
  notes: z.array(z.string()).describe('What speaks against it on this machine: no card, a driver that is too old'),
})
export type GpuPlan = z.infer<typeof GpuPlanSchema>

/** What the trainer computed with the new runtime, and how far that is from the processor's result. */
export const GpuProofSchema = z.object({
  device: z.enum(['CPU', 'GPU']).describe('CPU: TensorFlow found no graphics card that it can use'),
  difference: z
    .number()
    .describe('Largest difference of a 3D convolution and its gradients, relative to the largest value'),
  works: z.boolean().describe('false: it computes something else, and is not used'),
  gflops: z.number(),
})
export type GpuProof = z.infer<typeof GpuProofSchema>

export const GpuStatusSchema = z.object({
  possible: z.string().describe('Why it cannot be used on this system; empty where it can'),
  folder: z.string(),
  installed: z.boolean(),
  outdated: z.boolean().describe('It belongs to another version of OrganMosaic and is not used'),
  bytes: z.number().nonnegative().describe('On the disk, with what an interrupted download left'),
  proof: GpuProofSchema.nullable(),
})
export type GpuStatus = z.infer<typeof GpuStatusSchema>
