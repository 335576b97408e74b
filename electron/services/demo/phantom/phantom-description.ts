// resources/phantom.json: the torso, its organs and distractors, and the sites that scan and label it.
// Body coordinates in mm: x to the patient's left, y to the back, z to the head; 0 is the middle of the upper abdomen.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { LayoutIdSchema } from '../../../../contract/dataset.ts'
import { PointSchema, ShapeSchema, SpacingSchema } from '../../../../contract/geometry.ts'

const pairOfNumbers = z.tuple([z.number(), z.number()])
const deviation = z.number().nonnegative()

const PartSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ellipsoid'),
    at: PointSchema,
    radiiMm: PointSchema,
    turnDeg: z.number().describe('About the z axis'),
  }),
  z.object({
    kind: z.literal('tube'),
    points: z
      .array(z.tuple([z.number(), z.number(), z.number(), z.number().positive()]))
      .min(2)
      .describe('x, y, z, radius'),
  }),
  z
    .object({ kind: z.literal('column'), at: pairOfNumbers, radiiMm: pairOfNumbers })
    .describe('Elliptic, endless along z'),
])
export type Part = z.infer<typeof PartSchema>

const StructureSchema = z.object({
  name: z.string(),
  organ: z.string().nullable().describe('Vocabulary id; null for what no site labels'),
  hu: z.number(),
  huSd: deviation.describe('Between patients'),
  textureHu: z.number().describe('Amplitude inside a patient'),
  enhancement: z
    .number()
    .describe('HU for one standard deviation of contrast uptake, which a patient has for all organs'),
  shiftSdMm: PointSchema,
  scaleSd: deviation,
  turnSdDeg: deviation,
  within: z.string().nullable().describe('An earlier structure that it never leaves'),
  absentShare: z.number().min(0).max(1).describe('Of the training patients'),
  parts: z.array(PartSchema).min(1),
})
export type Structure = z.infer<typeof StructureSchema>

const fieldOfView = { shape: ShapeSchema, spacingMm: SpacingSchema, centreZMm: z.number() }
const ScannerSchema = z.object({
  ...fieldOfView,
  noiseSd: deviation.describe('HU, after the kernel, half-way between skin and centre'),
  kernel: z
    .number()
    .min(-0.15)
    .max(0.33)
    .describe('Weight of each neighbour along each axis: above 0 smooth, below sharp'),
  offsetHu: z.number(),
})
export type Scanner = z.infer<typeof ScannerSchema>

const SiteSchema = z.object({
  name: z.string(),
  folder: z.string(),
  layout: LayoutIdSchema,
  prefix: z.string(),
  labels: z.array(z.object({ key: z.string(), name: z.string(), organs: z.array(z.string()).min(1) })),
  scanner: ScannerSchema,
  unlabelled: z
    .array(z.object({ label: z.string(), everyNthCase: z.int().min(2) }))
    .describe('Labels that nobody drew in some cases'),
})
export type Site = z.infer<typeof SiteSchema>

export const PhantomSchema = z.object({
  version: z.literal(1),
  patient: z.object({
    skinRadiiMm: pairOfNumbers.describe('Along x and y; noise grows from the skin inwards'),
    sizeSd: PointSchema,
    positionSdMm: PointSchema,
    deformationMm: deviation,
    deformationWavelengthMm: pairOfNumbers,
    textureWavelengthMm: pairOfNumbers,
    enhancementSd: deviation,
  }),
  structures: z.array(StructureSchema).describe('Painted in this order, the later over the earlier'),
  sites: z.array(SiteSchema),
  test: z
    .object({ folder: z.string(), prefix: z.string(), ...fieldOfView })
    .describe('Scanned with the look of each site in turn'),
  reference: z.object({ folder: z.string() }),
})
export type Phantom = z.infer<typeof PhantomSchema>

export function loadPhantom(): Phantom {
  const resource = new URL('../../../../resources/phantom.json', import.meta.url)
  return PhantomSchema.parse(JSON.parse(readFileSync(resource, 'utf8')))
}

/** The labelled organs in painting order; an organ's place, counted from 1, is its value in complete label maps. */
export const organsOf = (phantom: Phantom): string[] =>
  phantom.structures.flatMap((structure) => (structure.organ === null ? [] : [structure.organ]))
