// Trained models that leave the application: an archive that another OrganMosaic imports, and ONNX for everything else.
import { z } from 'zod'
import { NameSchema } from './name.ts'
import type { Normalisation } from './plan.ts'
import { StageNumberSchema } from './run-config.ts'

export const ModelFormatSchema = z.enum(['archive', 'onnx'])
export type ModelFormat = z.infer<typeof ModelFormatSchema>

/** 2: several image channels. */
export const MODEL_FILE_VERSION = 2

/** model.json, the first file of an archive. */
export const ModelManifestSchema = z.object({
  format: z.literal('organ-mosaic-model'),
  version: z.int().min(1).describe('Of this layout; an application refuses what is newer than it knows'),
  run: NameSchema,
  createdAt: z.iso.datetime(),
  software: z.string(),
  files: z.record(z.string(), z.string()).describe('SHA-256 of every other file, by its path in the archive'),
})
export type ModelManifest = z.infer<typeof ModelManifestSchema>

/** metadata_props['organ_mosaic'] of an ONNX file: all that a program needs around the network. */
export interface OnnxMetadata {
  readonly version: number
  readonly run: string
  readonly stage: number
  readonly classes: readonly { value: number; id: string; name: string; color: string; snomedCode: string | null }[]
  /** In the order of the input's channels */
  readonly channels: readonly { readonly name: string; readonly normalisation: Normalisation }[]
  readonly plan: {
    readonly spacingMm: readonly number[]
    readonly patch: readonly number[]
    readonly cropToBody: boolean
    readonly thickAxis: number | null
  }
  /** Of neighbouring windows */
  readonly overlap: number
  /** Class value -> least size of a connected part, as a share of the largest */
  readonly keepParts: Readonly<Record<string, number>>
}

export const ExportedModelSchema = z.object({
  run: z.string(),
  format: ModelFormatSchema,
  path: z.string().describe('Absolute'),
  bytes: z.int(),
  stages: z.array(StageNumberSchema),
})
export type ExportedModel = z.infer<typeof ExportedModelSchema>
