// A loss term as a run's configuration has it.
import { z } from 'zod'

/** A loss term: its switch, its weight, and over which share of the stage it grows from zero to that weight. */
const termShape = (weight: number, ramp: number) => ({
  enabled: z.boolean().default(true).describe('Whether the term is computed at all'),
  weight: z.number().nonnegative().default(weight).describe('Factor of the term in the sum of losses'),
  ramp: z
    .number()
    .min(0)
    .max(1)
    .default(ramp)
    .describe('Share of the stage over which the weight grows linearly from 0'),
})

export const term = (weight: number, ramp: number, what: string) =>
  z.strictObject(termShape(weight, ramp)).prefault({}).describe(what)

/** A term whose published sentence can be read in several ways, the default first; docs/method.md says what each is. */
export const termWithReadings = <const R extends readonly [string, ...string[]]>(
  weight: number,
  ramp: number,
  readings: R,
  what: string,
) =>
  z
    .strictObject({
      ...termShape(weight, ramp),
      reading: z.enum(readings).default(readings[0]).describe('How the published sentence is read (docs/method.md)'),
    })
    .prefault({})
    .describe(what)
