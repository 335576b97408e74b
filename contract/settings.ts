// What a person settles once for a workspace: where the trainer computes on this machine, and on which others.
import { z } from 'zod'
import { PlaceSchema } from './place.ts'

export const ComputeSchema = z.strictObject({
  device: z
    .enum(['auto', 'cpu'])
    .default('auto')
    .describe('Where the trainer computes; auto: on the graphics card that TensorFlow finds, else on the processor'),
  threads: z
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .describe('TensorFlow threads; 0: the number of cores. Part of the determinism contract'),
})
export type Compute = z.infer<typeof ComputeSchema>

/** settings.json of the workspace. */
export const SettingsSchema = z.strictObject({
  compute: ComputeSchema.prefault({}),
  updates: z
    .strictObject({
      check: z.boolean().default(false).describe('Whether a host looks for a newer version when it starts'),
    })
    .prefault({}),
  places: z
    .array(PlaceSchema)
    .default([])
    .refine((places) => new Set(places.map(({ name }) => name)).size === places.length, 'names of places must differ')
    .describe('Other machines and clusters that jobs may run on'),
})
export type Settings = z.infer<typeof SettingsSchema>
